"""Validation (验证): the simulated market beside real customers, with the margin of chance on both sides.

    cohort, contract, mailing  ->  row  ->  figure, page  ->  docs/validation.md

`python -m sim.validation` measures everything again and writes the page. What real customers did is
measured here from the data; what others published carries its source.
"""
