"""The course around the market: what lessons and exercises need beside the simulation."""

from sim.course.prediction import Prediction, Verdict

__all__ = ["Prediction", "Verdict"]
