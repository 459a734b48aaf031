"""Hypothesis looks at the same examples on every run, and takes the time it needs."""

from hypothesis import settings

settings.register_profile("kit", derandomize=True, deadline=None, database=None)
settings.load_profile("kit")
