"""Laws of words: they come from causes, counting keywords is misled, learning from examples is not."""

# mypy: disable-error-code="arg-type, call-arg, union-attr"

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sim import Campaign, Fault, Offer, Plan, interview, load_scenario, simulate
from sim.chance import Luck, Purpose
from sim.events import Cause, Kind
from sim.export import Export
from sim.phrases import WORDS, Trade
from sim.run import Run
from sim.texts import THEMES, counted_theme, write
from sim.voice import MOTIVES

NOBODY = np.zeros(0, np.int64)


def letters(
    seed: int, many: int, themes: tuple[Cause, ...], trade: Trade = "shop"
) -> tuple[list[Cause], list[str]]:
    """Write letters about themes drawn evenly."""
    luck, person = Luck(seed), np.arange(many)
    drawn = (luck.uniform(Purpose.THEME, person) * len(themes)).astype(int)
    about = [themes[place] for place in drawn.tolist()]
    first = np.zeros_like(person)
    return about, write(about, luck, Purpose.WORDING, person, first, first, trade=trade)


# -- counting and reading --------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [901, 902, 903])
@pytest.mark.parametrize("trade", WORDS)
@pytest.mark.parametrize("themes", [MOTIVES, THEMES], ids=["in letters", "in interviews"])
def test_counting_keywords_finds_the_theme_of_at_most_seven_in_ten_texts(
    themes: tuple[Cause, ...], trade: Trade, seed: int
) -> None:
    about, texts = letters(seed, 1_500, themes, trade)
    guesses = [counted_theme(text, themes, trade) for text in texts]
    right = np.mean([guess == theme for guess, theme in zip(guesses, about, strict=True)])
    assert 1.5 / len(themes) < right <= 0.70  # better than guessing, and not good


@pytest.mark.parametrize("seed", [901, 902, 903])
@pytest.mark.parametrize("trade", WORDS)
@pytest.mark.parametrize("themes", [MOTIVES, THEMES], ids=["in letters", "in interviews"])
def test_learning_from_examples_finds_it_in_at_least_eighty_five_of_a_hundred_new_ones(
    themes: tuple[Cause, ...], trade: Trade, seed: int
) -> None:
    known, examples = letters(seed, 2_000, themes, trade)
    about, texts = letters(seed + 1_000, 1_000, themes, trade)
    model = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=500))
    model.fit(examples, [theme.name for theme in known])
    assert model.score(texts, [theme.name for theme in about]) >= 0.85


def test_a_text_is_a_matter_of_its_own_luck() -> None:
    about, texts = letters(5, 60, THEMES)
    few = np.array([40, 3, 17])
    again = write([about[place] for place in few], Luck(5), Purpose.WORDING, few, few * 0, few * 0)
    assert again == [texts[place] for place in few]
    assert len(set(texts)) > 55
    assert not any("{" in text for text in texts)
    assert letters(6, 60, THEMES)[1] != texts
    assert write([], Luck(5), Purpose.WORDING, NOBODY, NOBODY, NOBODY) == []


def test_most_texts_of_a_market_are_written_once() -> None:
    texts = export_of("as it is").tables["tickets"]["text"]
    assert texts.is_unique or texts.duplicated().mean() < 0.05


# -- what complaints are about ---------------------------------------------------------------------

MARKET = load_scenario("supermarket", people=1_500).but(weeks=40)
MARKET = MARKET.but(service=MARKET.service.but(fault_share=0.15, agents=6))
LETTERS = [Campaign(channel=channel) for channel in ("email", "sms", "app")]
PLANS = {
    "as it is": Plan(),
    "dear": Plan(pricing={"price": 1.15}),
    "loud": Plan(campaigns=LETTERS),
    "deaf": Plan(service={"agents": 0}),
    "spoiling": {0: Plan(campaigns=[Campaign(channel="store", offer=Offer(discount=0.3))]), 26: Plan()},
}
RAISED = {"dear": "price", "loud": "contact", "deaf": "service"}


@cache
def run_of(plan: str) -> Run:
    return simulate(MARKET, PLANS[plan], 4)


@cache
def export_of(plan: str) -> Export:
    return Export.of(run_of(plan))


def themes_of(export: Export) -> pd.Series[float]:
    return export.truth["themes"]["theme"].value_counts(normalize=True)


@pytest.mark.parametrize("plan", RAISED)
def test_complaints_speak_more_of_what_the_firm_does_badly(plan: str) -> None:
    theme = RAISED[plan]
    assert themes_of(export_of(plan))[theme] > themes_of(export_of("as it is")).get(theme, 0) + 0.08


def test_whoever_is_used_to_discounts_complains_about_the_usual_price() -> None:
    spoilt, usual = (
        export_of(plan).tables["tickets"].merge(export_of(plan).truth["themes"])
        for plan in ("spoiling", "as it is")
    )
    later = [table[table["opened"] >= "2024-07-01"] for table in (spoilt, usual)]
    shares = [(table["theme"] == "price").mean() for table in later]
    assert shares[0] > 0.05 > shares[1] == 0


@pytest.mark.parametrize(
    ("weight", "plan", "theme"),
    [
        ("late_weight", "deaf", "service"),
        ("message_weight", "loud", "contact"),
        ("price_weight", "dear", "price"),
        ("rival_weight", "as it is", "competitor"),
    ],
)
def test_a_motive_that_weighs_more_is_named_more_often_and_one_without_weight_never(
    weight: str, plan: str, theme: str
) -> None:
    shares = []
    for value in (0.0, 0.3, 3.0):
        voice = MARKET.voice.but(**{weight: value})
        run = simulate(MARKET.but(voice=voice), PLANS[plan], 4)
        shares.append(themes_of(Export.of(run)).get(theme, 0.0))
    assert shares[0] == 0 < shares[1] < shares[2]


def test_only_the_rival_beside_the_goods_has_the_share_of_its_weight() -> None:
    voice = MARKET.voice.but(late_weight=0, rival_weight=0.5)
    about = Export.of(simulate(MARKET.but(voice=voice), Plan(), 4)).truth["themes"]["theme"]
    share = (about == "competitor").mean()
    assert share == pytest.approx(1 / 3, abs=4 * np.sqrt(2 / 9 / len(about)))


def test_a_letter_says_nothing_of_what_comes_later() -> None:
    short = Export.of(simulate(MARKET.but(weeks=20), PLANS["loud"], 4)).tables["tickets"]["text"]
    long = export_of("loud").tables["tickets"]["text"]
    assert len(short) > 50
    assert long[: len(short)].tolist() == short.tolist()


def test_what_people_say_changes_nobodys_life() -> None:
    voice = MARKET.voice.but(rival_weight=9.0, evasion_share=1.0)
    other = simulate(MARKET.but(voice=voice), PLANS["loud"], 4)
    pd.testing.assert_frame_equal(other.events.frame(), run_of("loud").events.frame())


# -- interviews ------------------------------------------------------------------------------------


def test_ten_customers_say_ten_things_at_ten_times_the_cost_of_one() -> None:
    asked = interview(run_of("as it is"), 10, 40)
    assert len(asked.statements) == 10 == asked.statements.index.nunique()
    assert asked.cost == 10 * MARKET.voice.interview_cost
    assert asked.statements.equals(interview(run_of("as it is"), 10, 40).statements)
    assert set(asked.statements.index) <= set(run_of("as it is").record(40).index)


def test_those_who_are_named_are_asked_and_they_are_whom_the_record_hides() -> None:
    run = run_of("as it is")
    asked = interview(run, [17, 3, 3], 40)
    assert asked.statements.index.tolist() == [3, 17]
    assert asked.truth["person"].tolist() == run.hidden_link[[3, 17]].tolist()


@pytest.mark.parametrize("plan", RAISED)
def test_interviews_reveal_what_the_firm_does_badly(plan: str) -> None:
    theme = RAISED[plan]
    bad, plain = (interview(run_of(name), 400, 40).truth["moved_by"] for name in (plan, "as it is"))
    assert (bad == theme).sum() > (plain == theme).sum() + 10


def test_who_evades_blames_the_price_and_the_others_say_what_moves_them() -> None:
    run = run_of("deaf")
    truth = interview(run, 400, 40).truth
    moved = truth[(truth["moved_by"] != "nothing") & (truth["moved_by"] != "price")]
    evades = moved["spoke_of"] == "price"
    assert evades.mean() == pytest.approx(MARKET.voice.evasion_share, abs=0.09)
    assert (moved["spoke_of"] == moved["moved_by"])[~evades].all()
    assert (truth["spoke_of"] == "nothing").equals(truth["moved_by"] == "nothing")


def test_statements_hint_at_what_is_spoken_of() -> None:
    asked = interview(run_of("deaf"), 500, 40)
    counted = [theme.name.lower() if theme else "" for theme in map(counted_theme, asked.statements)]
    assert 0.25 < (asked.truth["spoke_of"] == counted).mean() < 0.75


def test_an_interview_of_an_earlier_week_is_that_of_a_run_that_ends_there() -> None:
    short = simulate(MARKET.but(weeks=15), PLANS["loud"], 4)
    then, at_its_end = interview(run_of("loud"), 30, 15), interview(short, 30, 15)
    pd.testing.assert_frame_equal(then.truth, at_its_end.truth)
    pd.testing.assert_series_equal(then.statements, at_its_end.statements)


def test_where_nothing_uses_up_patience_nobody_has_anything_to_say() -> None:
    run = simulate(MARKET.only().but(weeks=10), Plan(), 4)
    asked = interview(run, 40, 10)
    assert set(asked.truth["moved_by"]) <= {"nothing", "nature"}
    left = asked.truth.index[run.truth["stage"].iloc[asked.truth["person"]] == "left"]
    assert set(asked.truth["moved_by"][left]) <= {"nature"}


def test_nobody_can_be_asked_before_anybody_is_on_record() -> None:
    assert interview(run_of("as it is"), 0, 0).statements.empty
    with pytest.raises(Fault, match="people: the record of week 0 has 0 customers, was asked for 10"):
        interview(run_of("as it is"), 10, 0)


@pytest.mark.parametrize("people", ["ten", 2.5, None, [1.5, "x"], True, [99_999], [-1], -1])
def test_asking_others_than_those_on_record_is_refused_in_one_sentence(people: object) -> None:
    with pytest.raises(Fault, match=r"^people: ") as refused:
        interview(run_of("as it is"), people, 40)
    assert len(refused.value.args) == 1


def test_a_week_that_the_run_does_not_have_is_refused() -> None:
    with pytest.raises(Fault, match="week: this run has weeks 0 to 40"):
        interview(run_of("as it is"), 10, 41)


def test_no_complaint_no_letter() -> None:
    run = simulate(MARKET.but(service=None), Plan(), 4)
    assert not len(run.events.of(Kind.TICKET))
    assert Export.of(run).tables["tickets"].empty
