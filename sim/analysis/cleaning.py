"""Cleaning (数据清洗): an export made usable by rules, each of which writes down what it took away.

    folder -> load -> Tables, rule after rule -> log (what each did), check (against the truth: both errors)

A rule is a guess. It mends or removes what is wrong, and now and then what is right; and something wrong is
always left. In a firm only the first of the three numbers can be seen. Rules act on what they say and on
nothing else, and their order matters: amounts in cents look like wholesale.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sim.data import Fault

DATES = {
    "customers": ["since"],
    "orders": ["date"],
    "contacts": ["date"],
    "tickets": ["opened", "answered", "solved"],
    "answers": ["date"],
}
NEIGHBOURS = 21  # orders around one, in order of number, whose dates say what its own should be
DAYS_OFF = 2  # from the middle of them: more is a mistake
TEST_MAIL = "test@example.com"
CENTS = 100
LOG = ["rule", "customers", "orders", "revenue_currency"]
Index = frozenset[str]


@dataclass(frozen=True, eq=False)
class Cleaning:
    """Customers and orders as far as they have been cleaned, and what each rule did."""

    customers: pd.DataFrame
    orders: pd.DataFrame
    others: dict[str, pd.DataFrame]
    steps: tuple[tuple[str, int, int, float], ...] = ()
    touched: tuple[tuple[str, Index], ...] = ()  # by rule: numbers of customers, or of orders

    @property
    def log(self) -> pd.DataFrame:
        """What each rule did: customers and orders removed or mended, and by how much revenue changed."""
        return pd.DataFrame(self.steps, columns=LOG).set_index("rule")

    def without_tests(self) -> Cleaning:
        """Remove accounts that bear the test address, or are called Test."""
        who = self.customers
        tests = (who["email"] == TEST_MAIL) | who["name"].fillna("").str.startswith("Test ")
        return self._without("test accounts", who.loc[tests, "customer_number"])

    def without_wholesale(self, times: float = 8) -> Cleaning:
        """Remove customers whose middle order is so many times the middle order of all, on five or more."""
        of = self.orders.groupby("customer_number")["amount"]
        large = of.median() > times * self.orders["amount"].median()
        return self._without("wholesale", of.median().index[large & (of.size() >= 5)])

    def without_outliers(self, deviations: float = 3) -> Cleaning:
        """Remove customers who spent more than so many standard deviations above the mean of all."""
        spent = self.orders.groupby("customer_number")["amount"].sum()
        far = spent > spent.mean() + deviations * spent.std()
        return self._without(f"{deviations:g} standard deviations", spent.index[far])

    def in_one_unit(self, times: float = 15) -> Cleaning:
        """Divide by 100 each amount that is so many times the middle of this customer's orders, or of all.

        The customer's own middle counts from three orders on; before, that of all orders.
        """
        orders = self.orders
        of = orders.groupby("customer_number")["amount"]
        own = of.transform("median").where(of.transform("size") >= 3, orders["amount"].median())
        wrong = orders["amount"] > times * own
        amount = orders["amount"].where(~wrong, (orders["amount"] / CENTS).round(2))
        return self._mended("cents", orders.assign(amount=amount), wrong)

    def in_order_of_time(self) -> Cleaning:
        """Give each order whose date lies far from those of its neighbours by number their middle date."""
        orders = self.orders.sort_values("order_number")
        day = (orders["date"] - orders["date"].min()).dt.total_seconds() / 86_400
        middle = day.rolling(NEIGHBOURS, center=True, min_periods=1).median()
        wrong = (day - middle).abs() > DAYS_OFF
        date = orders["date"].where(~wrong, orders["date"].min() + pd.to_timedelta(middle, unit="D"))
        return self._mended("dates", orders.assign(date=date), wrong)

    def merged(self, pairs: Iterable[tuple[str, str]]) -> Cleaning:
        """Put numbers that were matched under the first of them, and orders with them."""
        first = first_of_each(self.customers["customer_number"], pairs)
        numbers = self.customers["customer_number"]
        gone = numbers[first[numbers].to_numpy() != numbers.to_numpy()]
        orders = self.orders.assign(customer_number=first[self.orders["customer_number"]].to_numpy())
        moved = int(self.orders["customer_number"].isin(gone).sum())
        others = {
            name: table.assign(customer_number=first.reindex(table["customer_number"]).to_numpy())
            for name, table in self.others.items()
        }
        left = self.customers[~numbers.isin(gone)]
        return replace(
            self,
            customers=left,
            orders=orders,
            others=others,
            steps=(*self.steps, ("entered twice", len(gone), moved, 0.0)),
            touched=(*self.touched, ("entered twice", frozenset(gone))),
        )

    def check(self, truth: dict[str, pd.DataFrame]) -> pd.DataFrame:
        """Compare what each rule touched with the truth of the export.

        Returns
        -------
        A row a rule: `touched`, `rightly` and `wrongly` (of those), and `missed` (wrong, and not touched).
        """
        meant = _meant(truth)
        rows = {}
        for rule, numbers in self.touched:
            true = meant["wholesale"] if rule.endswith("deviations") else meant[rule]
            right = len(numbers & true)
            rows[rule] = (len(numbers), right, len(numbers) - right, len(true) - right)
        columns = ["touched", "rightly", "wrongly", "missed"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("rule")

    def _without(self, rule: str, numbers: Iterable[str]) -> Cleaning:
        """Remove customers and their orders."""
        gone = frozenset(numbers)
        away = self.orders["customer_number"].isin(gone)
        step = (rule, len(gone), int(away.sum()), -float(self.orders.loc[away, "amount"].sum()))
        return replace(
            self,
            customers=self.customers[~self.customers["customer_number"].isin(gone)],
            orders=self.orders[~away],
            steps=(*self.steps, step),
            touched=(*self.touched, (rule, gone)),
        )

    def _mended(self, rule: str, orders: pd.DataFrame, wrong: pd.Series[bool]) -> Cleaning:
        """Take over mended orders."""
        changed = float(orders["amount"].sum() - self.orders["amount"].sum())
        numbers = orders.loc[wrong, "order_number"]
        step = (rule, orders.loc[wrong, "customer_number"].nunique(), int(wrong.sum()), changed)
        steps, touched = (*self.steps, step), (*self.touched, (rule, frozenset(numbers)))
        return replace(self, orders=orders, steps=steps, touched=touched)

    def __repr__(self) -> str:
        rules = ", ".join(step[0] for step in self.steps) or "no rule yet"
        return f"{len(self.customers):,} customers, {len(self.orders):,} orders; {rules}"


def load(folder: str | Path) -> Cleaning:
    """Read the tables of an export, as it was handed over.

    Raises
    ------
    Fault
        If a table is not there.
    """
    tables = {}
    for name, columns in DATES.items():
        path = Path(folder) / f"{name}.csv"
        if not path.is_file():
            raise Fault(
                f"load: there is no {path.name} in the folder; give the one that run.export made, "
                "of a firm whose record shows it."
            )
        kinds = {"born": "Int64"} if name == "customers" else None
        tables[name] = pd.read_csv(path, parse_dates=columns, dtype=kinds)
    return Cleaning(tables.pop("customers"), tables.pop("orders"), tables)


def load_truth(folder: str | Path) -> dict[str, pd.DataFrame]:
    """Read the truth about an export, from the folder beside it that ends in `_truth`."""
    place = Path(folder)
    place = place.with_name(f"{place.name}_truth")
    names = ("identities", "mistakes")
    if not all((place / f"{name}.csv").is_file() for name in names):
        raise Fault("load_truth: there is no truth beside this folder; export with truth=True.")
    return {name: pd.read_csv(place / f"{name}.csv", dtype={"true_value": str}) for name in names}


def gaps(customers: pd.DataFrame) -> pd.Series[int]:
    """Count what nobody filled in, by column."""
    return customers.isna().sum().rename("empty").rename_axis("column")


def first_of_each(numbers: pd.Series[str], pairs: Iterable[tuple[str, str]]) -> pd.Series[str]:
    """Give for each number the first of all that are tied to it by pairs, directly or through others."""
    place = pd.Series(np.arange(len(numbers)), numbers.to_numpy())
    ends = np.array([(place[a], place[b]) for a, b in pairs if a in place and b in place], int).reshape(-1, 2)
    net = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(place), len(place)))
    group = connected_components(net, directed=False)[1]
    return pd.Series(place.index, place.index).groupby(group).transform("min")


def _meant(truth: dict[str, pd.DataFrame]) -> dict[str, Index]:
    """Give what each rule is meant to find."""
    who, wrong = truth["identities"], truth["mistakes"]
    role = {name: frozenset(rows["customer_number"]) for name, rows in who.groupby("role")}
    of_orders = wrong[wrong["table"] == "orders"]
    second = who.sort_values("customer_number")["person"].duplicated()
    return {
        "test accounts": role.get("test account", frozenset()),
        "wholesale": role.get("wholesale buyer", frozenset()),
        "cents": frozenset(of_orders.loc[of_orders["column"] == "amount", "number"]),
        "dates": frozenset(of_orders.loc[of_orders["column"] == "date", "number"]),
        "entered twice": frozenset(who.sort_values("customer_number").loc[second, "customer_number"]),
    }
