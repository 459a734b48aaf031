"""Laws of chance: uniform, independent of its neighbours, and a pure function of the occasion."""

from itertools import combinations, product
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammaincinv
from scipy.stats import chi2, kstest

from sim import Fault, Plan, load_scenario, simulate
from sim.chance import Luck, Purpose, gamma_quantile, mix

Floats = npt.NDArray[np.float64]
N = 200_000
RARE = 1e-4  # every probability below this is a failure; the draws are fixed, so a pass stays a pass


def by_person() -> Floats:
    return Luck(7).uniform(Purpose.ORDER, np.arange(N), 3, 1)


def by_week() -> Floats:  # the neighbours of one person in time, person after person
    return Luck(7).uniform(Purpose.ORDER, np.arange(N) // 1_000, np.arange(N) % 1_000)


def by_j() -> Floats:
    return Luck(7).uniform(Purpose.ORDER, np.arange(N) // 1_000, 5, np.arange(N) % 1_000)


def by_purpose() -> Floats:
    kinds = [Luck(7).uniform(purpose, np.arange(N // len(Purpose)), 2) for purpose in Purpose]
    return np.array(kinds).T.ravel()


def by_seed() -> Floats:
    return np.array([Luck(seed).uniform(Purpose.ORDER, 11, 3) for seed in range(N // 10)])


SEQUENCES = [by_person, by_week, by_j, by_purpose, by_seed]


@pytest.mark.parametrize("draw", SEQUENCES)
def test_draws_are_uniform(draw: Any) -> None:
    assert kstest(draw(), "uniform").pvalue > RARE


@pytest.mark.parametrize("draw", SEQUENCES)
@pytest.mark.parametrize("lag", [1, 2, 7])
def test_neighbours_are_uncorrelated(draw: Any, lag: int) -> None:
    u = draw() - 0.5
    z = np.sum(u[lag:] * u[:-lag]) * 12 / np.sqrt(len(u) - lag)
    assert abs(z) < 4


@pytest.mark.parametrize("draw", SEQUENCES)
def test_neighbours_fill_the_square_evenly(draw: Any) -> None:
    u = draw()
    one, other = u[0:-1:2], u[1::2]
    counts = np.histogram2d(one[: len(other)], other, bins=16, range=[[0, 1], [0, 1]])[0]
    expected = counts.sum() / counts.size
    assert chi2.sf(((counts - expected) ** 2 / expected).sum(), counts.size - 1) > RARE


def test_purposes_are_uncorrelated_in_pairs() -> None:
    persons = np.arange(20_000)
    draws = {purpose: Luck(1).uniform(purpose, persons) - 0.5 for purpose in Purpose}
    z = [np.sum(draws[a] * draws[b]) * 12 / np.sqrt(len(persons)) for a, b in combinations(Purpose, 2)]
    assert np.abs(z).max() < 5  # the largest of some 500 standard normals
    assert np.std(z) == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize(("one", "other"), [(0, 1), (1, 2), (7, 7 + 2**32), (3, 3 + 2**62), (0, 2**63 - 1)])
def test_seeds_share_nothing(one: int, other: int) -> None:
    persons = np.arange(N)
    u, v = (Luck(seed).uniform(Purpose.RATE, persons) - 0.5 for seed in (one, other))
    assert not np.any(u == v)
    for shift in (0, 1, 2, 3):  # not the same stream a little later either
        z = np.sum(u[shift:] * v[: N - shift]) * 12 / np.sqrt(N - shift)
        assert abs(z) < 4


def test_every_occasion_has_a_number_of_its_own() -> None:
    persons, weeks, js = [0, 1, 2, 1_000, 2**31, 2**32 - 1], [0, 1, 63, 4_095], [0, 1, 63, 4_095]
    occasions = list(product(Purpose, persons, weeks, js))
    drawn = {Luck(5).uniform(*occasion) for occasion in occasions}
    assert len(drawn) == len(occasions)


def test_numbers_lie_strictly_between_zero_and_one() -> None:
    u = by_person()
    assert 0 < u.min() < 1e-4
    assert 1 - 1e-4 < u.max() < 1


def test_words_are_stirred_as_splitmix64_stirs_them() -> None:
    """Its published first outputs for seed 0, whose states are multiples of the golden ratio's word."""
    published = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    states = [k * 0x9E3779B97F4A7C15 % 2**64 for k in (1, 2, 3)]
    assert [mix(state) for state in states] == published
    assert mix(np.array(states, np.uint64)).tolist() == published


def test_no_two_purposes_share_a_number() -> None:
    assert len(set(Purpose)) == len(Purpose.__members__)  # an alias would be a member without a number
    assert all(0 < purpose <= 255 for purpose in Purpose)


occasions = st.tuples(
    st.sampled_from(Purpose), st.integers(0, 2**32 - 1), st.integers(0, 4_095), st.integers(0, 4_095)
)


@given(st.integers(0, 2**63 - 1), st.lists(occasions, min_size=1, max_size=40))
def test_one_number_and_an_array_are_drawn_alike(
    seed: int, asked: list[tuple[Purpose, int, int, int]]
) -> None:
    luck = Luck(seed)
    for purpose in {purpose for purpose, *_ in asked}:
        keys = np.array([key for kind, *key in asked if kind == purpose])
        for draw in (luck.uniform, luck.exponential, luck.normal):
            together = draw(purpose, *keys.T)
            alone = [draw(purpose, *key) for key in keys.tolist()]
            assert together.tolist() == [float(number) for number in alone]


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint32, np.uint64])
def test_the_type_of_the_integers_does_not_matter(dtype: type) -> None:
    keys = np.arange(100)
    drawn = Luck(7).uniform(
        Purpose.OPEN, keys.astype(dtype), (keys + 1).astype(dtype), (keys % 3).astype(dtype)
    )
    assert np.array_equal(drawn, Luck(7).uniform(Purpose.OPEN, keys, keys + 1, keys % 3))
    one = Luck(np.int64(7)).uniform(Purpose.OPEN, dtype(5), dtype(6), dtype(2))
    assert one == drawn[5]


@pytest.mark.parametrize("draw", ["uniform", "exponential", "normal"])
def test_order_and_batch_size_do_not_matter(draw: str) -> None:
    function, persons = getattr(Luck(9), draw), np.arange(10_007)
    whole = function(Purpose.AMOUNT, persons, 17)
    shuffled = np.random.default_rng(0).permutation(persons)
    assert np.array_equal(function(Purpose.AMOUNT, shuffled, 17), whole[shuffled])
    for size in (1, 3, 8, 64, 1_000):
        parts = [
            function(Purpose.AMOUNT, persons[start : start + size], 17) for start in range(0, 2_000, size)
        ]
        assert np.array_equal(np.concatenate(parts), whole[: sum(map(len, parts))])


@pytest.mark.parametrize(("week", "j"), [(17, 0), (np.arange(100) % 9, 3), (2, np.arange(100) % 4)])
def test_several_purposes_at_once_draw_what_each_draws_alone(week: Any, j: Any) -> None:
    purposes, person = (Purpose.ORDER, Purpose.HANDLING, Purpose.PLACE), np.arange(100) * 7
    alone = [Luck(4).uniform(purpose, person, week, j) for purpose in purposes]
    assert np.array_equal(Luck(4).uniforms(purposes, person, week, j), alone)


def test_exponentials_and_normals_follow_their_laws() -> None:
    persons = np.arange(N)
    assert kstest(Luck(3).exponential(Purpose.PATIENCE, persons), "expon").pvalue > RARE
    assert kstest(Luck(3).normal(Purpose.RATE, persons), "norm").pvalue > RARE


@pytest.mark.parametrize("share", [0.0, 0.003, 0.5, 0.97, 1.0])
def test_things_happen_as_often_as_their_share_says(share: float) -> None:
    happened = Luck(3).happens(share, Purpose.OPEN, np.arange(N)).mean()
    assert abs(happened - share) <= 4 * np.sqrt(share * (1 - share) / N)


SHAPES = [0.05, 0.1, 0.2426, 0.5, 0.65, 0.7929, 1, 1.2, 1.7, 2.4259, 3, 3.744, 4, 6.25, 20, 40, 50]


@pytest.mark.parametrize("shape", SHAPES)
def test_gamma_quantiles_are_within_a_thousandth_of_a_percent_or_so_over_the_shape(shape: float) -> None:
    tail = np.geomspace(1e-12, 0.5, 5_003)
    probability = np.concatenate([tail, 1 - tail])
    exact = gammaincinv(shape, probability)
    assert np.abs(gamma_quantile(shape, probability) / exact - 1).max() < (
        1.5e-5 / shape if shape < 0.7 else 1e-5
    )


BAD_SEEDS = ["seven", -1, 2**63, 1.5, True, None, "7", 7.0, [7], np.float64(7)]


@pytest.mark.parametrize("seed", BAD_SEEDS, ids=repr)
def test_a_bad_seed_is_refused_in_one_sentence_that_names_it(seed: Any) -> None:
    scenario = load_scenario("cdnow_plain").but(people=1, weeks=1)
    for refuse in (lambda: Luck(seed), lambda: simulate(scenario, Plan(), seed)):
        with pytest.raises(Fault, match=r"^seed: expects a whole number .*, was given .*\.$") as refused:
            refuse()
        assert len(refused.value.args) == 1


@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1])
def test_every_seed_within_the_bounds_is_taken(seed: int) -> None:
    assert 0 < Luck(seed).uniform(Purpose.ORDER, 0) < 1
