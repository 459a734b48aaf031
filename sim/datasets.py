"""The real customers behind the simulated market: 18 months of orders at CDNOW, 12 years of renewals.

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

The renewals are two published cohorts of subscribers; see ``datasets/renewals.md``.
"""

from importlib.metadata import PackageNotFoundError, PackagePath, files
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

FIRST_DAY = pd.Timestamp("1997-01-01")
"""Day 0 of the data, and the first day of calendar week 1."""

FOLDER = Path(__file__).parents[1] / "datasets"
PACKAGE, FILE_NAME = "lifetimes", "CDNOW_sample.txt"
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
    try:
        listed = files(PACKAGE) or []
    except PackageNotFoundError:
        raise FileNotFoundError(
            "The CDNOW orders come with the package lifetimes, which is not installed: "
            "run `pip install lifetimes==0.11.3`."
        ) from None
    found = [path for path in listed if path.name == FILE_NAME]
    if not found:
        raise FileNotFoundError(
            f"The installed package lifetimes does not list {FILE_NAME}: "
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
