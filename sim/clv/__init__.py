"""Customer lifetime value (客户终身价值): what a customer will still bring, from what is known of them.

    orders  ->  history  ->  BgNbd, GammaGamma  ->  predict, p_alive, clv      (customers without a contract)
    renewals  ->  Sbg  ->  retention, survival, clv                            (customers with a contract)

Where only averages are known, `constant_retention_value` and `net_present_value` are the formulas of the
textbooks. `by_frequency` and `by_probability` hold a forecast against what came, `later_orders` and
`later_spend`. Nothing here knows the market's hidden truth: a firm with the same orders could do the same.
"""

from sim.clv.backtest import by_frequency, by_probability, later_orders, later_spend
from sim.clv.bg_nbd import BgNbd
from sim.clv.formula import constant_retention_value, net_present_value
from sim.clv.gamma_gamma import GammaGamma
from sim.clv.history import history
from sim.clv.sbg import Sbg

__all__ = [
    "BgNbd",
    "GammaGamma",
    "Sbg",
    "by_frequency",
    "by_probability",
    "constant_retention_value",
    "history",
    "later_orders",
    "later_spend",
    "net_present_value",
]
