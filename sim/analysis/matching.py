"""Matching: which customer numbers belong to one person, and how well a matching finds it out.

Two ways to match are here, to be used and to be beaten. `match_by_rules` calls two numbers one person when
they share an e-mail or a telephone, or name, town and year of birth. `match_by_weights` lets every detail
vote with the weight that the data themselves give it (Fellegi & Sunter 1969, "A theory for record linkage",
JASA 64): agreement on a telephone says much, on a part of town little.

    customers -> pairs of numbers -> match_quality, against the truth
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.chance import Floats, Integers
from sim.data import Fault

Agreement = npt.NDArray[np.int8]
Pair = tuple[str, str]  # two customer numbers, the smaller first
NUMBER, FIELDS = "customer_number", ("name", "phone", "email", "town", "born")
DIFFERS, SIMILAR, SAME, UNKNOWN = 0, 1, 2, -1
NEAR = 0.6  # names with more of their letter pairs in common are similar
ROUNDS = 30  # of expectation and maximisation
M_AT_FIRST = np.array([[0.1], [0.2], [0.7]])  # matches differ, are similar, are the same: a first guess
MATCHES_AT_FIRST = 0.05  # for each customer
SAMPLES_EACH = 5  # pairs for each customer, to see how often details agree by chance
HARDLY = 0.1  # of a pair, added to every count
LARGEST_BLOCK = 200  # rows that share a detail, such as a placeholder telephone: more say nothing


@dataclass(frozen=True)
class MatchQuality:
    """How well pairs that were found fit the true ones."""

    found: int
    true: int
    right: int  # found and true

    @property
    def precision(self) -> float:
        """Of the pairs found, the share that is right; NaN if none was found."""
        return self.right / self.found if self.found else float("nan")

    @property
    def recall(self) -> float:
        """Of the true pairs, the share that was found; NaN if there are none."""
        return self.right / self.true if self.true else float("nan")

    @property
    def f1(self) -> float:
        """The harmonic mean of both, 2 right / (found + true); NaN if there are no pairs at all."""
        return 2 * self.right / (self.found + self.true) if self.found + self.true else float("nan")

    def __repr__(self) -> str:
        shares = f"precision {self.precision:.3f}, recall {self.recall:.3f}, F1 {self.f1:.3f}"
        return f"{shares} ({self.right} of {self.true} true pairs among {self.found} found)"


def match_quality(found: Iterable[Iterable[str]], identities: pd.DataFrame) -> MatchQuality:
    """Compare pairs of customer numbers with the truth of an export (`identities`).

    Raises
    ------
    Fault
        If something found is no pair of two customer numbers of that export.
    """
    known, pairs = set(identities[NUMBER]), set()
    for entry in found:
        pair = tuple(sorted(entry))
        if len(pair) != 2 or pair[0] == pair[1] or not known.issuperset(pair):
            raise Fault(f"found: expects pairs of two customer numbers of this export, was given {entry!r}.")
        pairs.add(pair)
    true = pairs_within(identities, "person")
    return MatchQuality(len(pairs), len(true), len(pairs & true))


def pairs_within(table: pd.DataFrame, group: str) -> set[Pair]:
    """Give all pairs of customer numbers that stand in the same group, such as your own `person` column."""
    one, other = _meet(table[group])
    numbers = table[NUMBER].to_numpy()
    return {_pair(*two) for two in zip(numbers[one], numbers[other], strict=True)}


def match_by_rules(customers: pd.DataFrame) -> set[Pair]:
    """Match numbers that share an e-mail or a telephone, or else name, town and year of birth."""
    born = customers["born"].astype("string")
    whole = customers["name"] + "|" + customers["town"] + "|" + born  # unknown where one of them is
    places = [_meet(column) for column in (customers["email"], customers["phone"], whole)]
    numbers = customers[NUMBER].to_numpy()
    return {_pair(numbers[a], numbers[b]) for one, other in places for a, b in zip(one, other, strict=True)}


def match_by_weights(customers: pd.DataFrame, threshold: float = 0.5) -> set[Pair]:
    """Match numbers whose details make it more likely than a threshold that they are one person."""
    table = match_probabilities(customers)
    likely = table[table["probability"] > threshold]
    return {_pair(*two) for two in zip(likely["one"], likely["other"], strict=True)}


def match_probabilities(customers: pd.DataFrame) -> pd.DataFrame:
    """Give pairs worth comparing, with the probability that they are one person.

    In matches and in other pairs alike, details agree independently of each other. How often they agree in
    other pairs (u) is seen in pairs taken from anywhere, nearly all of which are others. How often they agree
    in matches (m), and how many matches there are, is estimated without knowing which pair is which, by
    expectation and maximisation. An unknown detail does not vote.

    Returns
    -------
    A table with `one`, `other` (customer numbers), a column of agreement for each detail (0 differs,
    1 similar, 2 same, -1 unknown), `weight` (log2 of m over u, summed) and `probability`.
    """
    customers = customers.reset_index(drop=True)
    one, other = _candidates(customers)
    agreement = _agreements(customers, one, other)
    weight, probability = _expect_and_maximise(agreement, _by_chance(customers), len(customers))
    numbers = customers[NUMBER].to_numpy()
    columns = dict(zip(FIELDS, agreement, strict=True))
    return pd.DataFrame(
        {
            "one": numbers[one],
            "other": numbers[other],
            **columns,
            "weight": weight,
            "probability": probability,
        }
    )


def _expect_and_maximise(agreement: Agreement, u: Floats, customers: int) -> tuple[Floats, Floats]:
    """Estimate how details agree in matches, and give each pair's weight and probability; (pairs,).

    Pairs that are not compared count as others: matches are a share of all pairs there could be.
    """
    level = _levels(agreement)  # (levels, fields, pairs)
    m = np.tile(M_AT_FIRST, len(FIELDS))  # (levels, fields)
    all_pairs = max(customers * (customers - 1) / 2, 1)
    matches = max(MATCHES_AT_FIRST * customers, 1.0)
    weight, probability = np.zeros(agreement.shape[1]), np.zeros(agreement.shape[1])
    for _ in range(ROUNDS):
        weight = np.einsum("lfp,lf->p", level, np.log2(m / u))
        probability = 1 / (1 + np.exp2(-weight) * (all_pairs / matches - 1))
        matches = min(max(float(probability.sum()), 0.5), all_pairs / 2)
        m = _shares(level @ probability)
    return weight, probability


def _by_chance(customers: pd.DataFrame) -> Floats:
    """Give how often details agree in pairs taken from anywhere, shape (levels, fields)."""
    place, size = np.arange(len(customers)), max(len(customers), 1)
    distances = range(1, min(SAMPLES_EACH + 1, len(customers)))
    one = np.concatenate([place[:0], *(place for _ in distances)])
    other = np.concatenate([place[:0], *((place + 7 * distance) % size for distance in distances)])
    apart = one != other
    return _shares(_levels(_agreements(customers, one[apart], other[apart])).sum(axis=2, dtype=float))


def _levels(agreement: Agreement) -> npt.NDArray[np.bool_]:
    return np.stack([agreement == value for value in (DIFFERS, SIMILAR, SAME)])


def _shares(counts: Floats) -> Floats:
    """Turn counts (levels, fields) into shares of each field; nothing is quite impossible."""
    return (counts + HARDLY) / (counts + HARDLY).sum(axis=0)


def _candidates(customers: pd.DataFrame) -> tuple[Integers, Integers]:
    """Find the pairs that share at least something, each once: comparing all with all is not needed."""
    name, born = customers["name"], customers["born"].astype("string")
    keys = (customers["phone"], customers["email"], name, name.str[:3] + born, name.str[-4:] + born)
    one, other = (np.concatenate(parts) for parts in zip(*(_meet(key) for key in keys), strict=True))
    size = max(len(customers), 1)
    both = np.unique(np.minimum(one, other) * size + np.maximum(one, other))
    return both // size, both % size


def _agreements(customers: pd.DataFrame, one: Integers, other: Integers) -> Agreement:
    """Tell how the details of pairs of rows agree, shape (fields, pairs)."""
    return np.array([_agreement(customers[name], one, other) for name in FIELDS])


def _meet(key: pd.Series) -> tuple[Integers, Integers]:
    """Find all pairs of rows that share a key, by place; an unknown key is shared with nobody."""
    codes = pd.factorize(key)[0]
    order = np.argsort(codes, kind="stable")
    order = order[codes[order] >= 0]
    ones, others = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for distance in range(1, LARGEST_BLOCK):
        same = codes[order[distance:]] == codes[order[:-distance]]
        if not same.any():
            break
        ones.append(order[:-distance][same])
        others.append(order[distance:][same])
    return np.concatenate(ones), np.concatenate(others)


def _agreement(column: pd.Series, one: Integers, other: Integers) -> Agreement:
    """Tell how a detail of pairs agrees; of names, similar ones are told from others."""
    codes = pd.factorize(column)[0]
    agrees = np.where(codes[one] == codes[other], SAME, DIFFERS)
    if column.name == "name":
        letters = [_letter_pairs(text) for text in column.fillna("")]
        for place in np.flatnonzero(agrees == DIFFERS):
            if _likeness(letters[one[place]], letters[other[place]]) > NEAR:
                agrees[place] = SIMILAR
    return np.where((codes[one] < 0) | (codes[other] < 0), UNKNOWN, agrees).astype(np.int8)


def _letter_pairs(text: str) -> set[str]:
    padded = f" {text.lower()} "
    return {padded[at : at + 2] for at in range(len(padded) - 1)}


def _likeness(one: set[str], other: set[str]) -> float:
    """Give the Dice coefficient of two sets of letter pairs."""
    return 2 * len(one & other) / (len(one) + len(other))


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)
