"""Laws of phrases: each trade has words for everything, speaks of its own goods, and its markets speak so."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, get_args

import numpy as np
import pytest

from sim import Fault, Plan, interview, load_scenario, scenario_names, simulate
from sim.analysis import letters
from sim.analysis.letters import Letters
from sim.chance import Luck, Purpose
from sim.events import Cause
from sim.phrases import WORDS, Trade, common
from sim.run import Run
from sim.scenario import Scenario
from sim.texts import THEMES, Register, write
from sim.voice import Parameters as Voice

TRADES: tuple[Trade, ...] = get_args(Trade)
FIRMS: dict[str, Trade] = {"saas": "software", "bank": "bank", "manufacturing": "maker"}
TELLTALE = {  # beside the goods themselves: words in which only customers of this trade speak
    "shop": "till cashier basket bag bags shelf shopping shop shops receipt parking park kitchen diet",
    "software": "software login log bug outage release update dashboard seat seats vendor spreadsheet",
    "bank": "bank banks portfolio statement mandate booking dividends fee fees adviser shares fund",
    "maker": "tolerance drawing lorry delivery supplier steel pallets works plant alloys batch crate ramp",
}
SHOP_HASHES = {  # of what lessons print: they change only if those are to change
    "ticket": "5e1b91307e4e682b",
    "interview": "26604eb1fcc211b5",
}


def texts_of(trade: Trade, register: Register, many: int = 2_000) -> list[str]:
    person = np.arange(many)
    about = [(*THEMES, None)[place % (len(THEMES) + 1)] for place in person.tolist()]
    return write(about, Luck(11), Purpose.WORDING, person, person * 0 + 3, person * 0 + 1, register, trade)


def strings(of: object) -> Iterator[str]:
    """Give all strings in a table, however deep."""
    if isinstance(of, str):
        yield of
    elif isinstance(of, Mapping):
        for value in of.values():
            yield from strings(value)
    elif isinstance(of, tuple):
        for value in of:
            yield from strings(value)


def phrases_of(trade: Trade) -> set[str]:
    """Give all that customers of a trade can say, piece by piece."""
    words = WORDS[trade]
    said = [getattr(words, field.name) for field in fields(words)]
    shared = (common.VAGUE, common.DENIALS, common.LINKS, common.OPENINGS, common.CLOSINGS)
    return {*strings((*said, *shared))}


@cache
def goods(trade: Trade) -> re.Pattern[str]:
    """Find the goods of a trade, and its telltale words, in a text."""
    named = (*WORDS[trade].slots["item"], *TELLTALE[trade].split())
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, named))})\b", re.IGNORECASE)


@cache
def run_of(name: str) -> Run:
    market: Scenario = load_scenario(name).but(weeks=80)
    return simulate(market, Plan(), 5)


# -- the tables ------------------------------------------------------------------------------------


@pytest.mark.parametrize("trade", TRADES)
def test_every_theme_has_words_of_every_sort_in_every_trade(trade: Trade) -> None:
    words = WORDS[trade]
    for table in (words.plain, words.roundabout, words.topics, words.asides, words.keywords):
        assert set(table) == set(THEMES) == set(Cause)
        assert all(len(set(choices)) == len(choices) >= 2 for choices in table.values())
    assert {"item", "time", "many", "who"} <= set(words.slots)


@pytest.mark.parametrize("trade", TRADES)
def test_a_person_would_find_each_keyword_in_what_is_said_plainly(trade: Trade) -> None:
    words = WORDS[trade]
    for theme in THEMES:
        said = " ".join(strings((words.plain[theme], words.topics[theme], words.asides[theme]))).lower()
        spare = [word for word in words.keywords[theme] if word not in re.findall(r"[a-z-]+", said)]
        assert len(spare) <= 2, f"{theme.name}: {spare}"


@pytest.mark.parametrize("trade", TRADES)
def test_nobody_speaks_of_another_trades_goods(trade: Trade) -> None:
    assert any(goods(trade).search(phrase) for phrase in phrases_of(trade))
    for other in set(TRADES) - {trade}:
        strange = sorted(phrase for phrase in phrases_of(trade) if goods(other).search(phrase))
        assert not strange, f"{trade} speaks of {other}: {strange}"


@pytest.mark.parametrize("register", SHOP_HASHES)
def test_a_shops_customers_speak_as_ever_letter_by_letter(register: Register) -> None:
    written = "\n".join(texts_of("shop", register))
    assert hashlib.sha256(written.encode()).hexdigest()[:16] == SHOP_HASHES[register]


@pytest.mark.parametrize("register", get_args(Register))
@pytest.mark.parametrize("trade", TRADES)
def test_every_place_in_a_text_is_filled_in(trade: Trade, register: Register) -> None:
    texts = texts_of(trade, register)
    assert not any("{" in text or "}" in text for text in texts)
    assert len(set(texts)) > 0.9 * len(texts)


def test_what_two_trades_say_stands_among_the_common_words_alone() -> None:
    shared = set(strings(tuple(vars(common)[name] for name in vars(common) if name.isupper())))
    own = [phrase for trade in TRADES for phrase in phrases_of(trade) - shared if phrase.count(" ") > 1]
    assert [phrase for phrase, times in Counter(own).items() if times > 1] == []


# -- markets ---------------------------------------------------------------------------------------


def test_each_market_has_the_words_of_its_trade() -> None:
    trades = {name: load_scenario(name).voice.trade for name in scenario_names()}
    assert trades == {name: FIRMS.get(name, "shop") for name in scenario_names()}


@pytest.mark.parametrize("name", FIRMS)
def test_letters_and_interviews_speak_of_what_the_firm_sells(name: str) -> None:
    run, trade = run_of(name), FIRMS[name]
    for texts in (letters.letters(run).texts, interview(run, 100, 80).statements):
        assert texts.str.contains(goods(trade)).mean() > 0.4
        for other in set(TRADES) - {trade}:
            assert not texts.str.contains(goods(other)).any()


@pytest.mark.parametrize("name", FIRMS)
def test_letters_are_counted_with_the_list_of_their_trade(name: str) -> None:
    written = letters.letters(run_of(name))
    with_a_shops_list = Letters(written.texts, written.open())
    assert written.right(written.counted) > written.right(with_a_shops_list.counted) + 0.1


def test_the_trade_changes_words_and_nothing_else() -> None:
    run = run_of("bank")
    other: Any = simulate(run.scenario.but(voice=run.scenario.voice.but(trade="shop")), Plan(), 5)
    assert other.events.frame().equals(run.events.frame())
    assert letters.letters(other).open().equals(letters.letters(run).open())
    assert not letters.letters(other).texts.equals(letters.letters(run).texts)


def test_a_trade_without_words_is_refused() -> None:
    with pytest.raises(Fault, match="trade"):
        Voice(trade="circus")  # type: ignore[arg-type]
