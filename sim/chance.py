"""Chance: random numbers that belong to an occasion, not to a place in a stream.

A uniform for (seed, purpose, person, week, j) is a function of those five alone. Whoever asks, in
whatever order, gets the same number, so two runs of the market share their luck occasion by occasion,
and a plan can only change what it touches. Everything random in `sim/` comes from here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammainccinv, gammaincinv, ndtri

from sim.data import Fault

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.integer]
Whole = int | Integers  # one number or an array of them

WORD = (1 << 64) - 1  # all ones: keeps plain integers inside 64 bits, as arrays keep themselves
STIRS = (30, 0xBF58476D1CE4E5B9, 27, 0x94D049BB133111EB, 31)  # shifts and factors of splitmix64
STIRS_OF_ARRAYS = tuple(np.array(number, np.uint64) for number in STIRS)  # plain integers are slow there
TWELVE, THIRTY_TWO = np.array(12, np.uint64), np.array(32, np.uint64)  # of arrays, too
FROM_ONE_TO_TWO = np.array(0x3FF << 52, np.uint64)  # the bits that floats of this range have in common
ALMOST_ONE = np.array(1 - 2**-53)
LARGEST_SEED = (1 << 63) - 1
LOGITS, STEPS = 37.0, 4_096  # the table of gamma quantiles: from -37 to 37, as far as uniforms reach


class Purpose(IntEnum):
    """What a random number is for: at most 255, each a world of its own."""

    RATE, DROPOUT_A, DROPOUT_B, SPEND, ENTRY, ENTRY_MINUTE, POOL = range(1, 8)
    ORDER, DOZE, AMOUNT, FAULT, COMPLAINT = range(10, 15)
    PATIENCE, SHIELD = range(20, 22)
    PERFORMANCE, EXPECTATION, SURVEY, SURVEY_ANSWER, SURVEY_SCORE, SURVEY_MINUTE = range(30, 36)
    CONSENT, PREFERENCE, SENSITIVITY, HOLDOUT, OPEN, CLICK, OPT_OUT, DELAY, AWAKENING = range(40, 49)
    HANDLING, OUTSPOKEN, CSAT = range(60, 63)
    RENEWAL_A, RENEWAL_B, BILL, TERM, LEVEL, UPGRADE = range(70, 76)
    ENROL, REDEEM = range(80, 82)
    ATTENTION, INCLINATION, SOCIABILITY, RECOMMEND, WHOM, ANSWER, JOIN_MINUTE = range(90, 97)
    EXECUTION = 100
    RESAMPLE = 110  # of real customers, in `sim.validation`
    NEED, WEIGHT, GREEN, DECLARE, SHOP_TASTE, RIVAL_ORDER, RIVAL_AMOUNT, KINDRED = range(120, 128)
    TASTE, PACE, WISH, LINE, IN_STOCK, SUBSTITUTE, ADVICE, HUNCH, ELSEWHERE, DEARER = range(135, 145)
    LEAD, FIT, SCORE, WORTH, INTEREST, WORK, READY, FOLLOW_UP, TERRITORY, RESIGN = range(145, 155)
    IDENTITY, DUPLICATE, MISENTRY, MISBOOKING, SLIP, FOUND, WORDING, INTERVIEW, THEME, SPLIT = range(155, 165)
    REPEAT, REWORK, QUIT, SIMPLE, MET, SOLVED, TRIAGE, DISCOVERY, AGAIN = range(165, 174)
    TELLS, HEARD, LATE, CLAIM, CHEEK, ABUSE = range(174, 180)
    BIRTHDAY, JOIN_GROUP, TALK, TURN, ATTEND, LEAVE_GROUP, SURPRISE, TAKE_PART = range(180, 188)
    INVENT, SITUATION, PAYDAY, UNPAID, EXTRAS, EXTRA_WORK, HOUSEHOLD = range(188, 195)
    TICKET_CHANNEL, AGAIN_CHANNEL = range(207, 209)
    HEAR, WITHDRAW, NOTICE, CONCERN, PLAIN, ALLOW, TAKE_BACK, PLACE = range(195, 203)
    SLIPS = 210
    WATCH, IMPULSE, SEND_BACK, SEND_BACK_MINUTE = range(203, 207)


def mix(word: Any) -> Any:
    """Stir 64 bits until every input bit sways every output bit (splitmix64's finaliser).

    Source: Steele, Lea & Flood (2014), "Fast splittable pseudorandom number generators".
    Takes a plain integer or a uint64 array, and treats both alike.
    """
    if isinstance(word, np.ndarray):
        return _stir(word.copy())  # the array that was given stays as it is
    first, factor, second, other_factor, third = STIRS
    word = (word ^ (word >> first)) * factor & WORD
    word = (word ^ (word >> second)) * other_factor & WORD
    return word ^ (word >> third)


def _stir(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Do the same to an array, in place: it drops what leaves 64 bits by itself."""
    first, factor, second, other_factor, third = STIRS_OF_ARRAYS
    shifted = words >> first
    words ^= shifted
    words *= factor
    words ^= np.right_shift(words, second, out=shifted)
    words *= other_factor
    words ^= np.right_shift(words, third, out=shifted)
    return words


@dataclass(frozen=True)
class Luck:
    """The luck of one world: every draw a pure function of the seed and the occasion.

    Each method takes `person`, `week` and `j` as integers (giving a number) or as arrays (giving an
    array of their common shape). Persons stay below 2**32, weeks and j below 4 096.

    Parameters
    ----------
    seed
        A whole number from 0 to 2**63 - 1.
    """

    seed: int

    def __post_init__(self) -> None:
        if isinstance(self.seed, bool) or not isinstance(self.seed, int | np.integer):
            raise Fault(f"seed: expects a whole number such as 7, was given {self.seed!r}.")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise Fault(f"seed: expects a whole number from 0 to 2**63 - 1, was given {self.seed}.")
        seed_word = mix(mix(int(self.seed) + 1))
        object.__setattr__(self, "_seed_word", seed_word)
        object.__setattr__(self, "_seed_word_of_arrays", np.array(seed_word, np.uint64))

    def uniform(self, purpose: Purpose, person: Whole, week: Whole = 0, j: Whole = 0) -> Any:
        """Draw uniformly from the open interval (0, 1)."""
        whose, when = _word(person), int(purpose) << 24 | _word(week) << 12 | _word(j)
        if isinstance(whose, np.ndarray) or isinstance(when, np.ndarray):
            return self._uniforms(whose << THIRTY_TWO | np.asarray(when, np.uint64))
        occasion = whose << 32 | when
        return ((mix(mix(occasion) ^ self._seed_word) >> 12) + 0.5) * 2**-52  # type: ignore[attr-defined]

    def _uniforms(self, occasions: npt.NDArray[np.uint64]) -> Floats:
        """Do the same for an array, in its own place: copies would take half of the time.

        The 52 bits that are left become those of a float from 1 to 2, as nothing then has to be converted.
        """
        _stir(occasions)
        occasions ^= self._seed_word_of_arrays  # type: ignore[attr-defined]
        _stir(occasions)
        occasions >>= TWELVE
        occasions |= FROM_ONE_TO_TWO
        uniforms: Floats = occasions.view(np.float64)
        uniforms -= ALMOST_ONE  # exact: half a step above 0 at least, and as much below 1 at most
        return uniforms

    def uniforms(
        self, purposes: Sequence[Purpose], person: Integers, week: Whole = 0, j: Whole = 0
    ) -> Floats:
        """Draw for several purposes on the same occasions, (purposes, occasions): faster than one by one."""
        when = np.array(purposes)[:, None] << 24 | week << 12 | j  # (purposes, 1 or people)
        return self._uniforms(_word(person) << THIRTY_TWO | _word(when))

    def exponential(self, purpose: Purpose, person: Whole, week: Whole = 0, j: Whole = 0) -> Any:
        """Draw an exponential with mean 1. `np.log` also for one number: `math.log` rounds otherwise."""
        return -np.log(self.uniform(purpose, person, week, j))

    def normal(self, purpose: Purpose, person: Whole, week: Whole = 0, j: Whole = 0) -> Any:
        """Draw a standard normal."""
        return ndtri(self.uniform(purpose, person, week, j))

    def happens(
        self, share: float | Floats, purpose: Purpose, person: Whole, week: Whole = 0, j: Whole = 0
    ) -> Any:
        """Tell whether a thing of probability `share` happens on this occasion."""
        return self.uniform(purpose, person, week, j) < share


def gamma_quantile(shape: float, probability: Floats) -> Floats:
    """Give the quantile of a gamma distribution with scale 1.

    Interpolates log-quantiles over the logit of the probability on a fine grid: some eighty times as fast as
    the exact inverse, and within 0.001 % of it, or of so much over the shape for shapes below 0.7.
    """
    logits, log_quantiles, slopes = _gamma_table(shape)
    logit = np.log(probability / (1 - probability))
    # the grid is even, so the place of each logit follows from its size: no need to search for it
    place = ((logit + LOGITS) * (STEPS / (2 * LOGITS))).clip(0, STEPS - 1).astype(np.int64)
    return np.exp(slopes.take(place) * (logit - logits.take(place)) + log_quantiles.take(place))


def beta_toll(a: float, b: float, leave: Floats, stay: Floats) -> Floats:
    """Draw p ~ Beta(a, b) as a ratio of gammas, and give the patience -ln(1 - p) that it stands for.

    `leave` and `stay` are uniforms; p is the chance to leave.
    """
    leaving, staying = gamma_quantile(a, leave), gamma_quantile(b, stay)
    return np.log1p(leaving / np.maximum(staying, 1e-300))  # 1 - p = staying / (leaving + staying)


@lru_cache(maxsize=64)
def _gamma_table(shape: float) -> tuple[Floats, Floats, Floats]:
    """Tabulate log-quantiles and slopes at even logits, the upper tail from above to keep its digits."""
    logits = np.linspace(-LOGITS, LOGITS, STEPS + 1)
    tail = 1 / (1 + np.exp(np.abs(logits)))
    quantiles = np.where(logits < 0, gammaincinv(shape, tail), gammainccinv(shape, tail))
    log_quantiles = np.log(np.maximum(quantiles, 1e-300))
    return logits, log_quantiles, np.diff(log_quantiles) / np.diff(logits)


def _word(number: Whole) -> Any:
    """Give integers as they are and arrays as uint64: mixed with int64 they would turn into floats."""
    if not isinstance(number, np.ndarray):
        return int(number)
    return number.view(np.uint64) if number.dtype == np.int64 else number.astype(np.uint64)
