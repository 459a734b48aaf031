"""Laws of made-up identities: each a person's own, none of them real."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.chance import Luck
from sim.identity import CHINESE_SHARE, DETAILS, OLDEST, TOWNS, YOUNGEST, identities

MANY = 4_000
PEOPLE = identities(Luck(8), np.arange(MANY))


def test_an_identity_hangs_on_seed_and_person_alone() -> None:
    some = np.array([77, 3, 2_500])
    again = identities(Luck(8), some)
    pd.testing.assert_frame_equal(again, PEOPLE.iloc[some].reset_index(drop=True))
    assert not identities(Luck(9), np.arange(MANY)).equals(PEOPLE)


def test_another_version_has_another_telephone_and_mail_and_is_the_same_person() -> None:
    other = identities(Luck(8), np.arange(MANY), version=1)
    for detail in ("name", "born"):
        assert other[detail].equals(PEOPLE[detail])
    for detail in ("phone", "email"):
        assert (other[detail] != PEOPLE[detail]).mean() > 0.99
    assert (other["town"] != PEOPLE["town"]).mean() == pytest.approx(1 - 1 / len(TOWNS), abs=0.03)


def test_nobody_can_be_called_or_written_to() -> None:
    assert PEOPLE["phone"].str.fullmatch(r"\+999 \d{3} \d{4}").all()
    assert PEOPLE["email"].str.fullmatch(r"[a-z]+\.[a-z]+\d*@example\.com").all()


def test_names_are_latin_or_chinese_as_often_as_said_and_some_are_shared() -> None:
    latin = PEOPLE["name"].str.contains(" ")
    assert (~latin).mean() == pytest.approx(CHINESE_SHARE, abs=4 * np.sqrt(0.19 / MANY))
    assert PEOPLE.loc[~latin, "name"].str.fullmatch(r"[\u4e00-\u9fff]{3}").all()
    assert 0 < PEOPLE["name"].duplicated().mean() < 0.2


def test_years_of_birth_and_telephones_are_spread_evenly() -> None:
    assert PEOPLE["born"].between(OLDEST, YOUNGEST).all()
    assert PEOPLE["born"].nunique() == YOUNGEST + 1 - OLDEST
    assert PEOPLE["phone"].duplicated().mean() < 0.01


def test_nobody_at_all_has_all_the_columns() -> None:
    assert list(identities(Luck(8), np.zeros(0, np.int64)).columns) == list(DETAILS)
