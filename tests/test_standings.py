"""Laws of a contest in a class: what is a file competes, and a place is shared where nobody could tell."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Fault, Plan, Timeline, load_scenario
from sim.course.checks import NotYet
from sim.course.contest import TODAY, UNSEEN, Contest, load_contest
from sim.course.podium import podium, save
from sim.course.standings import FINAL, Standings, gather, of_files, ranked, standings
from sim.experiment import Trials
from sim.processes.shocks import Shock
from sim.rules import Rules, contest_names

ROOT = Path(__file__).parents[1]
SEEDS = range(1, 9)
MARKET = load_scenario("supermarket", people=120).but(weeks=30)
CONTEST = Contest(MARKET, Plan(), messages=150, markets=4, first_seed=FINAL)
RISE, RARE, OFTEN = (
    Plan(pricing={"price": 1.05}),
    Plan(campaigns=(Campaign(channel="store", every=10),)),
    Plan(campaigns=(Campaign(channel="store"),)),
)


def trials(**profits: list[float]) -> Trials:
    """Give trials in which plans earned such profits, by seed, and sent a message each."""
    both = {TODAY: [0.0] * len(SEEDS), **profits}
    rows = [
        {"plan": name, "seed": seed, "profit": profit, "customer_equity": 1.0, "contacts": 1.0}
        for name, earned in both.items()
        for seed, profit in zip(SEEDS, earned, strict=True)
    ]
    return Trials(pd.DataFrame(rows), tuple(both))


# -- the rules -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", contest_names())
def test_each_ready_made_contest_is_that_of_an_exercise(name: str) -> None:
    number = name.removeprefix("exercise_")
    for shelf in ("exercises", "solutions"):
        [path] = (ROOT / shelf).glob(f"0{number}_*.ipynb")
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        assert re.findall(r'load_contest\("(\w+)"\)', code) == [name]
        assert "Contest(" not in code
    contest = load_contest(name)
    assert contest.closed == ("pricing", "surcharge")
    assert contest.market.weeks >= 52 and contest.messages > 0 and contest.first_seed == UNSEEN


def test_rules_change_the_market_as_they_say_and_leave_the_rest_alone() -> None:
    plain = Rules(title="plain", scenario="saas", messages=10)
    assert plain.market == load_scenario("saas")
    other = plain.but(people=300, weeks=104, fixed_cost=850.0, wage=130.0).market
    expected = load_scenario("saas", people=300).but(weeks=104, fixed_cost=850.0)
    assert expected.service
    assert other == expected.but(service=expected.service.but(wage=130.0))


def test_a_wage_in_a_market_without_a_desk_is_refused() -> None:
    with pytest.raises(Fault, match="wage: cdnow has no desk"):
        _ = Rules(title="no desk", scenario="cdnow", messages=10, wage=5.0).market


def test_shocks_of_the_rules_strike_beside_those_of_the_market() -> None:
    plain = Rules(title="plain", scenario="community_fresh_cn", people=100, messages=10)
    breach = Shock(what="breach", week=30)
    assert plain.market.shocks
    own = plain.market.shocks.calendar
    struck = plain.but(shocks=[breach]).market
    assert struck.shocks and len(own) == 3
    assert struck.shocks.calendar == (*own, breach)
    assert struck == plain.market.struck(breach)


def test_a_shock_that_comes_too_late_for_its_contest_is_refused() -> None:
    late = Rules(
        title="late", scenario="saas", weeks=20, messages=10, shocks=(Shock(what="breach", week=20),)
    )
    with pytest.raises(
        Fault, match="shocks: breach@20 begins after the market's last week, 19; name an earlier"
    ):
        _ = late.market


def test_levers_that_a_plan_does_not_have_cannot_be_closed() -> None:
    with pytest.raises(Fault, match="a plan has no levers named prices"):
        Rules(title="odd", scenario="saas", messages=10, closed=("prices",))


@pytest.mark.parametrize("plan", [RISE, Timeline(plans={0: Plan(), 9: RISE})])
def test_a_lever_that_the_rules_close_stays_as_it_is_today(plan: Plan | Timeline) -> None:
    closed = replace(CONTEST, closed=("pricing",))
    with pytest.raises(NotYet, match="pricing: the rules of this contest leave it as it is today"):
        closed.score(plan)
    assert "pricing: the rules" in standings(closed, {"li": plan}).refused["li"]
    assert replace(closed, today=RISE).score(RISE).mean == 0  # as it is today


def test_a_lever_that_moves_today_moves_with_it_in_every_plan() -> None:
    rising = Timeline(plans={0: Plan(), 9: RISE})
    closed = replace(CONTEST, closed=("pricing",), today=rising)
    assert closed.score(rising).mean == 0
    for still in (Plan(), RISE):
        assert "pricing: the rules" in standings(closed, {"li": still}).refused["li"]


# -- what was handed in ----------------------------------------------------------------------------


def test_plans_and_timelines_are_read_from_files_and_folders_and_faulty_ones_named(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        RISE.save(tmp_path / folder / "li.yaml")
    Timeline(plans={0: Plan(), 9: RISE}).save(tmp_path / "b" / "wang.yml")
    (tmp_path / "b" / "notes.txt").write_text("no plan")
    (tmp_path / "b" / "rules.yaml").write_text("version: 1\ntitle: odd\nscenario: saas\nmessages: 10\n")
    (tmp_path / "zhao.yaml").write_text("version: 1\npricing: {prize: 3}\n")
    plans, refused = gather([tmp_path / "a", tmp_path / "b", tmp_path / "zhao.yaml", tmp_path / "gone.yaml"])
    assert list(plans) == [str(tmp_path / "a" / "li"), str(tmp_path / "b" / "li"), "wang"]
    assert plans["wang"] == Timeline(plans={0: Plan(), 9: RISE})
    assert refused["rules"].endswith("rules.yaml: holds rules, and no plan.")
    assert "line 2" in refused["zhao"] and "no such file" in refused["gone"]


def test_a_folder_without_plans_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="there is no file of a plan here"):
        gather([tmp_path])


# -- places ----------------------------------------------------------------------------------------


def test_equal_plans_share_a_place_and_the_next_place_counts_them() -> None:
    table = ranked(CONTEST, trials(ann=[9.0] * 8, bob=[9.0] * 8, eve=[2.0] * 8), ["eve", "ann", "bob"])
    assert table["place"].to_dict() == {"ann": 1, "bob": 1, "eve": 3}


def test_plans_are_told_apart_pair_by_pair_even_where_their_intervals_overlap() -> None:
    luck = np.linspace(-50, 50, 8)
    table = ranked(CONTEST, trials(ann=[*(luck + 1)], bob=[*luck]), ["ann", "bob"])
    assert table.loc["bob", "high"] > table.loc["ann", "low"]
    assert table["place"].to_dict() == {"ann": 1, "bob": 2}


def test_whoever_is_beaten_by_the_leader_of_a_place_leads_the_next_one() -> None:
    lived = trials(
        ann=[9.0] * 8, bob=[8.0, 10.0, 8.0, 9.5] * 2, cid=[7.0] * 8, dan=[7.4, 6.4] * 4, eve=[1.0] * 8
    )
    table = ranked(CONTEST, lived, ["eve", "dan", "cid", "bob", "ann"])
    assert table["place"].to_dict() == {"ann": 1, "bob": 1, "cid": 3, "dan": 3, "eve": 5}
    assert table["worth"].is_monotonic_decreasing and table["place"].is_monotonic_increasing


def test_a_lead_that_luck_may_have_made_is_none() -> None:
    table = ranked(CONTEST, trials(ann=[10.0, -8.0] * 4, bob=[0.0] * 8), ["ann", "bob"])
    assert table["place"].to_dict() == {"ann": 1, "bob": 1}
    assert list(table.index) == ["ann", "bob"]  # the mean decides only who is written first


# -- the standings ---------------------------------------------------------------------------------


def test_what_the_market_or_the_budget_refuses_is_named_and_the_others_compete() -> None:
    deaf = Plan(basket={"up_sell": 0.1})
    found = standings(CONTEST, {"rise": RISE, "often": OFTEN, "deaf": deaf}, {"lost": "no such file"})
    assert list(found.table.index) == ["rise"]
    assert list(found.refused) == ["lost", "deaf", "often"]
    assert "the budget is 150" in found.refused["often"]
    assert "has no basket" in found.refused["deaf"]
    assert "Not ranked:" in repr(found) and "1 rise" in repr(found)


def test_a_plan_stands_at_what_the_contest_scores_it_and_jobs_change_nothing() -> None:
    plans = {"rise": RISE, "rare": RARE}
    found = standings(CONTEST, plans)
    for name, plan in plans.items():
        score, row = CONTEST.score(plan), found.table.loc[name]
        assert (row["worth"], row["low"], row["high"]) == (score.mean, score.low, score.high)
        assert row["messages"] == score.messages
    pd.testing.assert_frame_equal(standings(CONTEST, plans, jobs=2).table, found.table)


def test_a_class_meets_in_markets_in_which_nobody_has_scored(tmp_path: Path) -> None:
    RISE.save(tmp_path / "li.yaml")
    home = Contest(MARKET, Plan(), messages=150, markets=2)
    assert home.first_seed + 1_000 < FINAL
    found = of_files(home, [tmp_path])
    assert found.contest.first_seed == FINAL
    assert found.table.loc["li", "worth"] != home.score(RISE).mean


# -- the podium ------------------------------------------------------------------------------------


def test_the_picture_says_who_is_first_and_how_many_gained() -> None:
    table = ranked(
        CONTEST, trials(ann=[9.0, 9.5] * 4, bob=[2.0, -2.0] * 4, eve=[-3.0, -4.0] * 4), ["ann", "bob", "eve"]
    )
    figure = podium(Standings(CONTEST, table, {}))
    assert figure.reading.startswith("ann is clearly first. Worth more than today's plan: 1 of 3.")
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["1 · ann", "2 · bob", "3 · eve"]
    assert figure.axes[0].yaxis_inverted()


@pytest.mark.parametrize(
    ("profits", "said"),
    [
        ({"ann": [9.0] * 8}, "Only ann takes part."),
        ({"ann": [9.0] * 8, "bob": [9.0] * 8}, "The markets cannot tell the 2 plans in first place apart."),
    ],
)
def test_one_plan_is_no_winner_and_two_may_share(profits: dict[str, list[float]], said: str) -> None:
    table = ranked(CONTEST, trials(**profits), profits)
    assert podium(Standings(CONTEST, table, {})).reading.startswith(said)


def test_a_plan_that_takes_the_name_of_today_s_is_refused() -> None:
    with pytest.raises(Fault, match="Give the file another name"):
        CONTEST.try_out({TODAY: RISE})


def test_a_class_of_which_nobody_can_take_part_is_told_so(tmp_path: Path) -> None:
    found = standings(CONTEST, {"often": OFTEN})
    assert found.table.empty
    assert "No plan takes part." in repr(found)
    assert podium(found).reading == "No plan takes part."
    folder = save(found, tmp_path / "out")
    assert pd.read_csv(folder / "standings.csv").empty
    assert pd.read_csv(folder / "refused.csv")["plan"].tolist() == ["often"]


def test_a_kept_table_shows_chinese_names_in_a_spreadsheet(tmp_path: Path) -> None:
    table = ranked(CONTEST, trials(李伟=[9.0] * 8), ["李伟"])
    folder = save(Standings(CONTEST, table, {}), tmp_path / "out")
    assert (folder / "standings.csv").read_bytes().startswith("\ufeffplan".encode())
    assert pd.read_csv(folder / "standings.csv", index_col="plan").loc["李伟", "worth"] == 9
