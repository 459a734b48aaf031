"""Identities: the made-up names, telephones and addresses under which people stand in exported data.

Nobody is real: names are put together from parts at random, no telephone has the country code +999, and
`example.com` is kept free for examples (RFC 2606). One person in four has a Chinese name. Some share a name,
as in life.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.chance import Integers, Luck, Purpose

Words = npt.NDArray[np.object_]

GIVEN_STARTS = "Al Bre Ca Da El Fa Gri Ha Il Jo Ka Le Mi Na Ol Pe Ro Sa Te Va".split()  # noqa: SIM905
GIVEN_ENDS = "bin dora len lia mir nara ro ssa ta tian vik ya".split()  # noqa: SIM905
FAMILY_STARTS = "Ash Bor Cald Dren Es Fenn Gal Hol Ing Jar Kest Lor Mar Nev Or Pell Quin Ren Sol Tor".split()  # noqa: SIM905
FAMILY_ENDS = "aby by den ek ers field gar holt ik low mont ner ow rik ský ton vane well win worth".split()  # noqa: SIM905
SURNAMES = dict(
    zip(
        "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗",
        "wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo".split(),  # noqa: SIM905
        strict=True,
    )
)
CHARACTERS = dict(
    zip(
        "明华丽芳强军洋艳杰娟涛超霞平刚桂英梅文斌",
        "ming hua li fang qiang jun yang yan jie juan tao chao xia ping gang gui ying mei wen bin".split(),  # noqa: SIM905
        strict=True,
    )
)
CHINESE_SHARE = 0.25
TOWNS = ("Northgate", "Old Harbour", "Millfield", "Station Road", "Westbank", "Hillside")
OLDEST, YOUNGEST = 1940, 2006  # years of birth
DETAILS = ("name", "phone", "email", "town", "born")
PLACES = 16  # numbers that one identity takes from its luck


def identities(luck: Luck, person: Integers, version: int = 0) -> pd.DataFrame:
    """Make up who people are: name, phone, e-mail, town and year of birth, a row a person.

    Parameters
    ----------
    version
        Another version has another telephone, e-mail and part of town of the same person; the rest stays.
    """
    name, mail = _names(luck, person)
    again = version * PLACES
    number = _pick(luck, person, 10 + again, 10**7)
    address = _pick(luck, person, 11 + again, 1_000)
    columns = {
        "name": name,
        "phone": [f"+999 {digits // 10**4:03d} {digits % 10**4:04d}" for digits in number.tolist()],
        "email": [f"{who}{tail}@example.com" for who, tail in zip(mail, address.tolist(), strict=True)],
        "town": np.array(TOWNS, object)[_pick(luck, person, 12 + again, len(TOWNS))],
        "born": pd.array(OLDEST + _pick(luck, person, 13, YOUNGEST + 1 - OLDEST), "Int64"),
    }
    return pd.DataFrame(columns)


def _names(luck: Luck, person: Integers) -> tuple[Words, Words]:
    """Give names, and what stands for them in an e-mail address."""
    given = _join(luck, person, 1, GIVEN_STARTS, GIVEN_ENDS)
    family = _join(luck, person, 3, FAMILY_STARTS, FAMILY_ENDS)
    surname, first, second = (
        _pick(luck, person, place, len(parts))
        for place, parts in ((5, SURNAMES), (6, CHARACTERS), (7, CHARACTERS))
    )
    signs, sounds = (np.array(list(parts), object) for parts in (CHARACTERS, CHARACTERS.values()))
    heads, head_sounds = (np.array(list(parts), object) for parts in (SURNAMES, SURNAMES.values()))
    chinese = luck.happens(CHINESE_SHARE, Purpose.IDENTITY, person)
    name = np.where(chinese, heads[surname] + signs[first] + signs[second], given + " " + family)
    latin = np.array(
        [f"{one}.{two}".lower().replace("ý", "y") for one, two in zip(given, family, strict=True)], object
    )
    sound = sounds[first] + sounds[second] + "." + head_sounds[surname]
    return name, np.where(chinese, sound, latin)


def _join(luck: Luck, person: Integers, place: int, starts: list[str], ends: list[str]) -> Words:
    start, end = _pick(luck, person, place, len(starts)), _pick(luck, person, place + 1, len(ends))
    return np.array(starts, object)[start] + np.array(ends, object)[end]


def _pick(luck: Luck, person: Integers, place: int, many: int) -> npt.NDArray[np.int64]:
    """Pick one of many for each person, by the number at a place of their luck."""
    return (luck.uniform(Purpose.IDENTITY, person, 0, place) * many).astype(np.int64)
