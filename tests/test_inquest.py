"""A file shows what the firm saw and no more; a stake is scored against the exact account."""

from functools import cache

import numpy as np
import pytest

from sim import Campaign, Fault, Offer, Plan, load_scenario, plots, simulate
from sim.analysis import inquest
from sim.analysis.inquest import CAUSES, Case
from sim.events import BILL, HIDDEN, Kind, Stage
from sim.run import Run

COUPON = Campaign(channel="email", offer=Offer(discount=0.1))
SHOP = Plan(campaigns=[COUPON, COUPON.but(channel="sms")], service={"agents": 0})


@cache
def run() -> Run:
    return simulate(load_scenario("supermarket", people=600).but(weeks=70), SHOP, seed=7)


@cache
def files() -> tuple[Case, ...]:
    return inquest.cases(run(), orders=6, from_week=26)


def truth(case: Case) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    ends = run().defections
    return ends[ends["person"] == case.person][list(CAUSES)].to_numpy(float)[-1]


def test_cases_are_those_who_left_for_good_late_enough_with_enough_orders_in_order_of_time() -> None:
    orders = run().events.of(Kind.ORDER)
    bought = np.bincount(orders.person, minlength=600)
    ends = run().defections.groupby("person")["week"].last()
    expected = {
        person
        for person, week in ends.items()
        if week >= 26 and bought[person] >= 6 and run().people.entry.stage[person] == Stage.LEFT
    }
    assert {case.person for case in files()} == expected and len(files()) == len(expected) > 10
    weeks = [ends[case.person] for case in files()]
    assert weeks == sorted(weeks)


def test_a_file_holds_only_what_the_firm_sees_and_all_of_it() -> None:
    for case in files():
        assert (case.seen.kind < HIDDEN).all()
        mine = run().events.where(run().events.person == case.person)
        assert len(case.seen) == (mine.kind < HIDDEN).sum()
        assert run().hidden_link[case.record] == case.person
        table = case.file()
        assert table["orders"].sum() == len(mine.of(Kind.ORDER))
        assert table["messages"].sum() == len(mine.of(Kind.SENT))
        paid = sum(sign * mine.of(kind).value.sum() for kind, sign in BILL.items())
        assert table["spent_currency"].sum() == pytest.approx(paid / 100)


def test_a_closed_case_does_not_tell_the_cause() -> None:
    for case in files():
        assert not any(cause in repr(case) for cause in CAUSES)


def test_whoever_stakes_the_account_itself_gets_nought_and_names_the_cause() -> None:
    for case in files():
        account = truth(case)
        finding = case.open(dict(zip(CAUSES, 100 * account, strict=True)))
        assert finding.score == pytest.approx(0)
        assert finding.cause == CAUSES[int(account.argmax())]
        assert finding.named is bool((account == account.max()).sum() == 1)  # who stakes alike names nothing


def test_a_wrong_certainty_scores_worse_than_a_right_one_and_than_a_spread() -> None:
    for case in files():
        order = truth(case).argsort()
        wrong, right = (case.open({CAUSES[place]: 100}) for place in (order[0], order[-1]))
        assert right.named and not wrong.named
        assert right.score < wrong.score
        assert "Not named" in repr(wrong) and "Not named" not in repr(right)
        spread = case.open(dict.fromkeys(CAUSES, 12.5))
        assert spread.score < wrong.score and not spread.named


def test_no_stake_beats_what_one_believes() -> None:
    """The score is proper: over causes drawn by the believed shares, to stake these is best."""
    believed = np.array([0.5, 0.3, 0.2, 0, 0, 0, 0, 0])
    outcomes = np.eye(len(CAUSES))

    def expected(stake: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
        return sum(
            weight * inquest.score(stake, came) for weight, came in zip(believed, outcomes, strict=True)
        )

    honest = expected(believed)
    for other in (*outcomes[:3], np.full(8, 1 / 8), np.array([0.6, 0.3, 0.1, 0, 0, 0, 0, 0])):
        assert expected(other) > honest


def test_all_on_one_cause_when_it_was_all_another_is_the_worst() -> None:
    one, other = np.eye(len(CAUSES))[:2]
    assert inquest.score(one, other) == 1
    assert inquest.score(one, one) == 0


def test_detectives_are_scored_by_the_truth_and_never_told_their_own_case() -> None:
    table = inquest.detectives(files())
    leads = [dict(zip(CAUSES, truth(case) == truth(case).max(), strict=True)) for case in files()]
    life = np.mean([led["nature"] for led in leads])
    assert table.loc["nothing but life", "named"] == pytest.approx(life)
    signs = np.mean([led[case.last_sign] for led, case in zip(leads, files(), strict=True)])
    assert table.loc["the last sign", "named"] == pytest.approx(signs)
    accounts = np.array([truth(case) for case in files()])
    others = (accounts.sum(axis=0) - accounts) / (len(accounts) - 1)
    expected = np.mean([inquest.score(*each) for each in zip(others, accounts, strict=True)])
    assert table.loc["the averages", "score"] == pytest.approx(expected)
    assert (table["score"] > 0).all() and (table["score"] < 1).all()


def test_the_last_sign_is_the_last_thing_but_orders_in_the_quarter_before_the_silence() -> None:
    meaning = {Kind.TICKET: "service", Kind.RESOLVED: "product", Kind.SENT: "contact"}
    for case in files():
        since = case.last_order - case.seen.minute
        inside = case.seen.where((since >= 0) & (since < 13 * 10_080))
        signs = [
            meaning.get(Kind(kind), "competitor")
            for kind, value in zip(inside.kind.tolist(), inside.value.tolist(), strict=True)
            if kind in meaning or (kind == Kind.NPS and value <= 6)
        ]
        assert case.last_sign == (signs[-1] if signs else "nature")
    assert len({case.last_sign for case in files()}) > 1


def test_files_look_alike_by_complaints_and_by_how_often_one_was_written_to() -> None:
    for case in files():
        complained = (case.seen.kind == Kind.TICKET).any()
        assert case.like.startswith("complained") is bool(complained)
    assert len({case.like for case in files()}) == 4


@pytest.mark.parametrize(
    ("stake", "complaint"),
    [
        ({"weather": 100}, 'no cause "weather"'),
        ({"nature": 50}, "add up to 50"),
        ({"nature": 120, "price": -20}, "0 to 100 per cent, was given 120"),
    ],
)
def test_a_stake_that_is_none_is_refused(stake: dict[str, float], complaint: str) -> None:
    with pytest.raises(Fault, match=complaint):
        files()[0].open(stake)


def test_what_cannot_be_examined_is_refused() -> None:
    with pytest.raises(Fault, match="ask for fewer orders"):
        inquest.cases(run(), orders=10_000)
    with pytest.raises(Fault, match="two cases or more"):
        inquest.detectives(files()[:1])
    with pytest.raises(Fault, match="weeks is a whole number"):
        files()[0].file(weeks=0)


def test_the_dossier_draws_each_week_s_money_and_says_what_is_on_file() -> None:
    case = files()[0]
    figure = plots.dossier(case)
    money, traces = figure.axes
    heights = [bar.get_height() for bar in money.patches if bar.get_width() == pytest.approx(0.9)]
    assert sum(heights) == pytest.approx(case.file()["spent_currency"].sum())
    assert f"Orders: {case.file()['orders'].sum()}" in figure.reading
    assert f"messages {case.file()['messages'].sum()}" in figure.reading
    assert not any(cause in figure.alt_text for cause in ("nature", "competitor", "left"))
    assert next(text.get_text() for text in traces.get_yticklabels()) == "messages"
    with pytest.raises(Fault, match="expects a case"):
        plots.dossier(3)
