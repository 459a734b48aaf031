"""Laws of a scenario as a whole: what does not go together is told where it stands, with all else."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import Fault, load_scenario, scenario_names
from sim.files import dump, loads
from sim.scenario import FOLDER, Scenario

SMALL = """version: 1
name: small
people: 60
weeks: 104
margin: 25
shopping:
  {rate_shape: 1, rate_scale: 5, dropout_a: 1, dropout_b: 3, spend_shape: 6, spend_spread: 4, spend_scale: 9}
"""  # whose margin is wrong
CONTRACT = "renewal: {fees: [0, 10], leave_a: 1, leave_b: 1}\n"


def written(name: str = "supermarket") -> str:
    """Give a ready-made file as its author wrote it."""
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


def told(text: str, thorough: bool = True) -> list[str]:
    """List the places and first words of what is said of a file: each begins with its line."""
    with pytest.raises(Fault) as caught:
        loads(text, Scenario, name="f", thorough=thorough)
    return str(caught.value).splitlines()


def line(text: str, field: str) -> int:
    """Find the line on which a field of a text stands, whatever its depth."""
    return next(at for at, row in enumerate(text.splitlines(), 1) if field in row)


@pytest.mark.parametrize(
    ("more", "field", "sentence"),
    [
        (CONTRACT, "renewal", "give shopping or renewal, not both"),
        ("sources: {privcy: a book}\n", "sources.privcy", '; did you mean "privacy"?'),
        ("calibrated:\n- shopping.rate\n", "calibrated[0]", '; did you mean "shopping.rate_shape"?'),
        ("calibrated: [contact.toleranc]\n", "calibrated[0]", '; did you mean "contact.tolerance"?'),
        ("shocks:\n  calendar:\n  - {what: delay, week: 3}\n", "shocks.calendar[0]", "give a notice section"),
    ],
    ids=["two laws", "a source", "a number", "a number of a section", "a delay without notice"],
)
def test_what_does_not_go_together_is_told_where_it_stands_and_beside_a_wrong_field(
    more: str, field: str, sentence: str
) -> None:
    wrong, unfit = told(SMALL + more)
    assert wrong == "f, line 5: margin: 25 is too large: at most 1"
    last = len((SMALL + more).splitlines())
    assert unfit.startswith(f"f, line {last}: {field}: ") and sentence in unfit


def test_all_that_contracts_rule_out_is_told_at_once_even_where_the_laws_of_buying_are_wrong_themselves() -> (
    None
):
    text = written() + CONTRACT.replace("leave_a: 1", "leave_a: 0") + "rival: {}\nlivestream: {}\n"
    fields = [each.split(": ")[1] for each in told(text)]
    assert fields == ["renewal.leave_a", "renewal", "rival", "livestream"]


def test_a_market_without_a_law_of_buying_is_told_which_there_are_unless_one_is_misspelt() -> None:
    text = "version: 1\nname: a\npeople: 1\nweeks: 1\nmargin: 0.1\n"
    assert told(text) == [
        "f, line 1: shopping: people buy either freely or under contract: give shopping or renewal."
    ]
    assert ["did you mean" in each for each in told(text + "shoping: {}\n")] == [True]


def test_every_good_that_goes_with_no_other_is_told_on_its_own_line() -> None:
    text = (
        written("community_fresh_cn").replace("{drinks: 2.0}", "{beer: 2.0}").replace("{snacks:", "{crisps:")
    )
    for also in ("", "margin: 25\n"):
        said = told(text.replace("margin: 0.20\n", also or "margin: 0.20\n"))
        said = [each for each in said if "basket" in each]
        for each, good, other in zip(said, ("snacks", "drinks"), ("beer", "crisps"), strict=True):
            at = line(text, f"{{{other}: 2.0}}")
            assert each.startswith(
                f'f, line {at}: basket.categories.{good}.goes_with.{other}: "{other}" is no'
            )


def test_a_wrong_fee_hides_neither_another_nor_shares_of_levels_that_are_not_there() -> None:
    text = written("saas").replace("fees: [0, 40, 120, 400]", "fees: [-3, much]")
    fields = [each.split(": ")[1] for each in told(text)]
    assert fields == ["renewal.fees[0]", "renewal.fees[1]", "renewal.level_shares"]


def test_a_section_without_usual_numbers_is_answered_by_those_it_needs() -> None:
    assert told(SMALL.replace("25", "0.25") + "basket: on\n")[0].endswith(
        'given the text "on"; write these: categories'
    )


# -- what can never happen -----------------------------------------------------------------------------

NEVER = {
    "shocks: {calendar: [{what: season, week: 104}]}": "shocks.calendar[0].week",
    "rival: {opens_week: 104}": "rival.opens_week",
    "ties: {star_leaves: 300}": "ties.star_leaves",
    "notice: {delay: {from_week: 300}}": "notice.delay.from_week",
    "freemium: {}": "freemium",
}


@pytest.mark.parametrize("more", NEVER)
def test_what_can_never_happen_is_a_fault_of_a_file_that_is_checked_but_not_of_a_market_in_hand(
    more: str,
) -> None:
    text = written() + "\n" + more
    (said,) = told(text)
    assert said.startswith(f"f, line {len(text.splitlines())}: {NEVER[more]}: ") and "leave" in said
    market = loads(text, Scenario)
    shorter = market.but(weeks=9)
    assert loads(dump(shorter), Scenario) == shorter


def test_the_last_week_of_a_market_is_not_too_late_and_a_free_level_is_enough() -> None:
    text = written() + "\nrival: {opens_week: 103}\nshocks: {calendar: [{what: season, week: 103}]}\n"
    assert loads(text, Scenario, thorough=True).rival
    assert loads(written("saas"), Scenario, thorough=True).freemium


def test_a_shortened_market_that_was_saved_is_loaded_again(tmp_path: Path) -> None:
    path = tmp_path / "short.yaml"
    path.write_text(dump(load_scenario("community_fresh_cn", 60).but(weeks=9)), encoding="utf-8")
    assert load_scenario(path).weeks == 9


@pytest.mark.parametrize("name", scenario_names())
def test_every_ready_made_scenario_hangs_together(name: str) -> None:
    assert loads(written(name), Scenario, thorough=True) == load_scenario(name)


def test_nothing_a_person_may_write_for_a_section_stops_the_search_for_what_does_not_fit() -> None:
    sections = [name for name in Scenario.model_fields if name not in ("name", "people", "weeks", "margin")]
    for value in ("[1]", "text", "7", "true", "{calendar: 3}", "{calendar: [1, {}]}", "{fees: 3}"):
        text = "version: 1\nname: a\npeople: 1\nweeks: 1\nmargin: 0.1\n"
        assert told(text + "".join(f"{section}: {value}\n" for section in sections))
