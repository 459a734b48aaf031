"""A prediction: said before the market answers, with a confidence, and judged afterwards.

Whoever commits to a number and a confidence learns more from the answer than whoever waits for it. The
score is Brier's: it rewards those who know how sure they can be.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.data import Fault


@dataclass(frozen=True)
class Prediction:
    """What you expect of a number, and how sure you are of its direction.

    Parameters
    ----------
    question
        What is asked, in a few words.
    value
        Your number; its sign is your direction, unless you give `beside`.
    confidence
        How sure you are of the direction: 50 (a coin) to 100 (certain), per cent.
    unit
        Of the number.
    beside
        What your direction is counted from: 0, or a number that people often name, such as 80 for the
        share of the top fifth. Your direction is then above it or below it.
    """

    question: str
    value: float
    confidence: float
    unit: str = ""
    beside: float = 0.0

    def __post_init__(self) -> None:
        if not 50 <= self.confidence <= 100:
            raise Fault(
                f"confidence: expects 50 (a coin) to 100 (certain), was given {self.confidence}. "
                "Below 50 you expect the opposite: turn your number round."
            )

    def judge(self, actual: float) -> Verdict:
        """Compare with what came out."""
        return Verdict(self, actual)


@dataclass(frozen=True)
class Verdict:
    """A prediction beside the answer; shown as a few sentences."""

    prediction: Prediction
    actual: float

    @property
    def right(self) -> bool:
        """Whether the direction was right."""
        return (self.prediction.value > self.prediction.beside) == (self.actual > self.prediction.beside)

    @property
    def brier(self) -> float:
        """Brier score of the direction: 0 is perfect, 0.25 what a coin gets, 1 certain and wrong."""
        return (self.prediction.confidence / 100 - self.right) ** 2

    def __repr__(self) -> str:
        said, unit = self.prediction, self.prediction.unit
        direction = "right" if self.right else "wrong"
        sign = "" if said.beside else "+"
        what = f"that it is {'above' if said.value > said.beside else 'not above'} {said.beside:,.0f}"
        lines = [
            said.question,
            f"  You said     {said.value:{sign}z,.0f} {unit}, {said.confidence:.0f} % sure "
            f"{what if said.beside else 'of the direction'}.",
            f"  It came out  {self.actual:{sign}z,.0f} {unit}.",
            f"  The direction is {direction}. Score {self.brier:.2f} (0 is best, a coin gets 0.25).",
        ]
        return "\n".join(lines)
