"""The generator of the Lifetimes package (0.11.3), on the buying habits of CDNOW's customers.

It writes no log and draws no amounts: it gives, for each customer, in how many weeks there was an order.
"""

import warnings

import numpy as np
import pandas as pd

from sim import Scenario

with warnings.catch_warnings():  # importing it sets an option that pandas 3 calls deprecated
    warnings.simplefilter("ignore")
    from lifetimes.generate_data import beta_geometric_nbd_model  # type: ignore[import-untyped]


def simulate(scenario: Scenario, seed: int) -> pd.DataFrame:
    """Give a row a customer; `frequency` counts weeks with an order."""
    np.random.seed(seed)  # the generator draws from NumPy's global stream
    weeks, these = float(scenario.weeks), scenario.shopping
    return beta_geometric_nbd_model(
        weeks, these.rate_shape, these.rate_scale, these.dropout_a, these.dropout_b, size=scenario.people
    )
