"""The ledger of claims judges by its rule, says all that it found, and can be tried again."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from sim.claims import ledger
from sim.claims.__main__ import main
from sim.claims.claim import Claim, Estimate, Untried, Verdict
from sim.claims.figure import FARTHEST, sizes
from sim.claims.ledger import CLAIMS, KEPT, UNTRIED, kept, verdicts
from sim.claims.page import KINDS, page
from sim.claims.reading import altered, change, points
from sim.scenario import load_scenario

TOLD = [f"C{number:02}" for number in range(1, 35)]  # the course material states so many
HALF = 50.0


def made_up(seed: int) -> dict[str, float]:
    """Give an effect of about one, and one of about fifty under a condition."""
    return {"as it is": 1.0 + seed / 100, "if the moon is full": HALF + seed % 2}


PLAIN = Claim("C98", "Horoscopes lift sales.", "Sales with, less without.", "`none`", made_up, figure=HALF)
MANY = replace(PLAIN, number="C97", figure=None)
LEVEL = replace(PLAIN, level=True, unit="points")
FEW = replace(LEVEL, at_most=True, figure=45.0)
NEVER = Untried("C99", "Nobody reads this.", "There are no readers in the market.")


def estimate(low: float, high: float, condition: str = "as it is") -> Estimate:
    """Give an estimate with an interval."""
    return Estimate(condition, (low + high) / 2, low, high, 20)


# -- the rule --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "low", "high", "words"),
    [
        (PLAIN, 40.0, 50.0, "reproduced"),
        (PLAIN, 60.0, 70.0, "reproduced"),  # even more than was said
        (PLAIN, 40.0, 49.9, "not reproduced: the same direction, but smaller"),
        (PLAIN, -1.0, 60.0, "not reproduced: nothing beyond chance"),
        (PLAIN, -9.0, -1.0, "not reproduced: the opposite"),
        (MANY, 0.1, 0.2, "reproduced"),
        (MANY, 0.0, 0.2, "not reproduced: nothing beyond chance"),
        (MANY, -0.2, -0.1, "not reproduced: the opposite"),
        (LEVEL, 48.0, 52.0, "reproduced"),
        (LEVEL, 40.0, 49.0, "not reproduced: less than that"),
        (FEW, 44.0, 52.0, "reproduced"),
        (FEW, 10.0, 20.0, "reproduced"),
        (FEW, 46.0, 52.0, "not reproduced: more than that"),
    ],
)
def test_a_claim_is_reproduced_beyond_chance_and_up_to_its_figure(
    claim: Claim, low: float, high: float, words: str
) -> None:
    assert Verdict(claim, (estimate(low, high),)).words == words


def test_a_claim_that_fails_holds_only_under_the_conditions_that_bear_it_out() -> None:
    fails, holds = estimate(1.0, 2.0), estimate(45.0, 55.0, "if a")
    also, not_so = estimate(60.0, 61.0, "if b"), estimate(1.0, 3.0, "if c")
    verdict = Verdict(PLAIN, (fails, holds, not_so, also))
    assert verdict.words == "reproduced only if a or if b"
    assert verdict.kind == "reproduced only if …"


def test_conditions_take_nothing_from_a_claim_that_holds_as_it_is() -> None:
    verdict = Verdict(PLAIN, (estimate(45.0, 55.0), estimate(-3.0, -1.0, "if a")))
    assert verdict.words == "reproduced"
    assert verdict.only_if == ()


def test_one_seed_proves_nothing() -> None:
    lone = Estimate.of("as it is", pd.Series([80.0]))
    assert np.isnan(lone.low)
    assert not Verdict(PLAIN, (lone,)).reproduced


def test_unknown_values_of_a_seed_are_left_out() -> None:
    found = Estimate.of("as it is", pd.Series([1.0, np.nan, 3.0]))
    assert (found.mean, found.seeds) == (2.0, 2)


def test_numbers_of_claims_are_read_as_per_cent_and_points() -> None:
    assert change(150.0, 100.0) == pytest.approx(50.0)
    assert points(0.52, 0.28) == pytest.approx(24.0)
    market = load_scenario("supermarket")
    pulled = altered(market, "patience", competitor_pull=0.01)
    assert pulled.patience
    assert pulled.patience.competitor_pull == 0.01
    assert pulled.but(patience=market.patience) == market


# -- the page --------------------------------------------------------------------------------------


def section(text: str, number: str) -> str:
    """Cut out what the page says of a claim."""
    (found,) = re.findall(rf"^### {number}\n(.*?)(?=^##)", text, re.MULTILINE | re.DOTALL)
    return found


def test_the_page_holds_the_numbers_of_the_verdicts() -> None:
    verdict = Verdict(PLAIN, (estimate(-2.5, 1.5), estimate(46.25, 55.75, "if the moon is full")))
    text = page([verdict], [NEVER])
    row = (
        "| [C98](#c98) | Horoscopes lift sales. | +50 % | −0.5 % (−2.5 to +1.5) "
        "| reproduced only if the moon is full |"
    )
    assert row in text.splitlines()
    of_claim = section(text, "C98")
    assert "| as it is | −0.5 % (−2.5 to +1.5) | 20 | no |" in of_claim
    assert "| if the moon is full | +51.0 % (+46.2 to +55.8) | 20 | yes |" in of_claim
    assert all(words in of_claim for words in (PLAIN.reading, PLAIN.market, "reproduced only if"))
    assert f"- **C99** {NEVER.says} {NEVER.why}" in text
    assert all(f"| {name} | {count} |" in text for name, count in zip(KINDS, (0, 1, 0, 1), strict=True))


def test_a_level_is_written_without_a_sign_and_a_small_one_as_small() -> None:
    text = page([Verdict(FEW, (estimate(46.0, 52.0),))], [])
    assert "| at most 45 % | 49.0 % (46.0 to 52.0) | not reproduced: more than that |" in text


def test_a_difference_that_rounds_to_nothing_has_no_minus_and_one_seed_no_interval() -> None:
    lone = Estimate("as it is", -0.001, np.nan, np.nan, 1)
    assert "| none | +0.00 % (one seed) |" in page([Verdict(MANY, (lone,))], [])


def test_the_figure_marks_how_much_was_found_of_each_size_that_is_stated() -> None:
    low, far = (
        Verdict(PLAIN, (estimate(20.0, 30.0),)),
        Verdict(replace(PLAIN, number="C96"), (estimate(0, 900),)),
    )
    picture = sizes([low, Verdict(MANY, (estimate(1.0, 2.0),)), far])
    (axes,) = picture.axes
    assert [label.get_text().split(" ")[0] for label in axes.get_yticklabels()] == ["C98", "C96"]
    marks = [tuple(line.get_xdata()) for line in axes.lines if len(line.get_xdata()) == 1]
    assert marks == [(50.0,), (FARTHEST,)]  # a half of 50; and what lies beyond the edge, at the edge
    assert "Of 2 claims that state a size, 0 come out" in picture.alt_text


def test_the_page_counts_each_verdict() -> None:
    holds, fails = (estimate(45.0, 55.0),), (estimate(1.0, 2.0),)
    text = page([Verdict(MANY, holds), Verdict(PLAIN, fails)], [NEVER])
    assert "| reproduced | 1 | C97 |" in text
    assert "| not reproduced | 1 | C98 |" in text
    assert "| untried | 1 | C99 |" in text
    assert "2 claims were tried, each on 20 seeds." in text


# -- the ledger ------------------------------------------------------------------------------------


def test_every_claim_stands_once_tried_or_untried() -> None:
    numbers = Counter(
        claim.number for chapter in ledger.CHAPTERS for claim in (*chapter.CLAIMS, *chapter.UNTRIED)
    )
    assert set(numbers.values()) == {1}
    assert {number.rstrip("ab") for number in numbers} == set(TOLD)  # two figures of one claim are a and b


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_a_claim_says_how_it_is_read(claim: Claim) -> None:
    assert all((claim.says.endswith("."), claim.reading, claim.market, claim.remark))
    assert not claim.at_most or (claim.level and claim.figure is not None)


def test_the_stored_page_was_made_from_the_results_that_are_kept() -> None:
    stored = KEPT.with_suffix(".md").read_text(encoding="utf-8")
    assert stored == page(verdicts(kept()), UNTRIED), "renew it by python -m sim.claims"


def test_the_page_says_the_verdict_of_each_claim_once() -> None:
    stored = KEPT.with_suffix(".md").read_text(encoding="utf-8")
    judged = verdicts(kept())
    assert [verdict.claim.number for verdict in judged] == list(CLAIMS)
    for verdict in judged:
        number = verdict.claim.number
        (row,) = (line for line in stored.splitlines() if line.startswith(f"| [{number}]"))
        assert verdict.words in row
        assert f"Verdict: *{verdict.words}*." in section(stored, number)
    assert all(stored.count(f"| {claim.number} |") == 1 for claim in UNTRIED)


@pytest.mark.parametrize("number", CLAIMS)
def test_the_first_seed_tried_again_gives_what_is_kept(number: str) -> None:
    values = kept().query("claim == @number")
    first = values["seed"].min()
    before = values.query("seed == @first").set_index("condition")["value"].to_dict()
    assert CLAIMS[number].trial(int(first)) == pytest.approx(before, nan_ok=True)
    first_condition, *others = before
    assert first_condition == "as it is"
    assert all(str(condition).startswith("if ") for condition in others)


# -- the command -----------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a ledger of one claim, and one untried, in place of the kit's own."""
    monkeypatch.setattr(ledger, "CLAIMS", {"C98": PLAIN})
    monkeypatch.setattr(ledger, "UNTRIED", (NEVER,))
    monkeypatch.setattr(ledger, "KEPT", tmp_path / "claims.csv")
    return tmp_path


def call(*words: str) -> Result:
    """Give the answer to the command, on few seeds."""
    return CliRunner().invoke(main, [*words, "--seeds", "4", "--jobs", "1"])


def test_the_command_tries_all_and_keeps_the_value_of_every_seed(small: Path) -> None:
    done = call()
    assert done.exit_code == 0, done.output
    table = pd.read_csv(small / "claims.csv")
    assert list(table.columns) == ledger.COLUMNS
    assert table["seed"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4]
    text = (small / "claims.md").read_text(encoding="utf-8")
    assert text == page(verdicts_of(table), [NEVER])
    assert "reproduced only if the moon is full" in text
    assert (small / "claims.png").read_bytes().startswith(b"\x89PNG")


def verdicts_of(table: pd.DataFrame) -> list[Verdict]:
    """Judge the made-up claim anew."""
    by_condition = table.groupby("condition", sort=False)["value"]
    return [Verdict(PLAIN, tuple(Estimate.of(str(name), values) for name, values in by_condition))]


def test_the_command_tells_of_single_claims_and_writes_nothing(small: Path) -> None:
    done = call("c98")
    assert done.exit_code == 0, done.output
    assert "as it is: +1.0 % (" in done.output
    assert "reproduced only if the moon is full" in done.output
    assert not list(small.iterdir())


@pytest.mark.parametrize(
    ("number", "says"),
    [("C89", "There is no claim C89. The nearest: C98."), ("C99", f"C99 is not tried. {NEVER.why}")],
)
@pytest.mark.usefixtures("small")
def test_the_command_refuses_what_it_cannot_try_and_says_what_it_can(number: str, says: str) -> None:
    done = call(number)
    assert done.exit_code == 1
    assert says in done.output
