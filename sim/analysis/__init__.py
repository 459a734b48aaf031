"""Analyses: what lessons look at after a run, a question a module, many with a figure.

They read runs and trials, and change nothing in a market: nothing outside this folder needs them but the
figures that `sim.plots` gathers, and the answers of the exercises.
"""
