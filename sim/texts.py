"""Texts: what customers write and say, put together by a grammar from the cause that moves them.

    opening + [chatter] + [denial of another cause] + one or two sentences + [aside, another cause] + closing

A sentence names its cause plainly or in a roundabout way; asides and chatter use the words of other causes,
and fingers slip. So whoever counts words is often misled, as with real letters, while whoever reads is not.
The words of each trade stand in `sim.phrases`; every choice is a keyed draw.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, TypeVar

import numpy as np

from sim.chance import Integers, Luck, Purpose
from sim.events import Cause
from sim.phrases import WORDS, Trade, Words
from sim.phrases.common import CLOSINGS, DENIALS, LINKS, OPENINGS, VAGUE

Register = Literal["ticket", "interview"]
THEMES = (  # the causes that people have words for
    *(Cause.PRODUCT, Cause.PRICE, Cause.SERVICE, Cause.CONTACT),
    *(Cause.COMPETITOR, Cause.STATUS, Cause.TRUST, Cause.NATURE),
)
# How often a text has each part: assumed, so that counting words misleads as it does in practice.
PLAIN_SHARE, SECOND_SHARE, VAGUE_SHARE = 0.6, 0.4, 0.08
DENIAL_SHARE, ASIDE_SHARE, CHATTER_SHARE, SLIP_SHARE = 0.3, 0.35, 0.6, 0.3
DRAWS = 64  # that one text may take from its luck

Draws = Iterator[float]
Choice = TypeVar("Choice")


def write(
    themes: Sequence[Cause | None],
    luck: Luck,
    purpose: Purpose,
    person: Integers,
    week: Integers,
    j: Integers,
    register: Register = "ticket",
    trade: Trade = "shop",
) -> list[str]:
    """Write a text for each theme; None stands for somebody whom nothing bothers.

    Parameters
    ----------
    person, week, j
        Whose text it is, and which of their week's, shape (texts,): its luck.
    trade
        Of the firm to which they speak.
    """
    places = np.arange(DRAWS)
    chances = luck.uniform(purpose, person[:, None], week[:, None], j[:, None] % 64 * DRAWS + places)
    words = WORDS[trade]
    return [
        compose(theme, register, words, iter(row))
        for theme, row in zip(themes, chances.tolist(), strict=True)
    ]


def compose(theme: Cause | None, register: Register, words: Words, draws: Draws) -> str:
    """Put one text together; `draws` are uniforms, of which it takes as many as it needs."""
    fillings = {slot: _pick(choices, draws) for slot, choices in words.slots.items()}
    parts = [_pick(OPENINGS[register], draws)] if next(draws) < 0.7 else []
    if next(draws) < CHATTER_SHARE:
        parts.append(_pick(words.chatter, draws))
    parts += [_pick(words.content, draws)] if theme is None else _grievance(theme, words, draws)
    if next(draws) < 0.5:
        parts.append(_pick(CLOSINGS[register], draws))
    text = " ".join(_capital(part.format(**fillings)) for part in parts)
    return _slip(text, draws) if next(draws) < SLIP_SHARE else text


def _grievance(theme: Cause, words: Words, draws: Draws) -> list[str]:
    """Say what it is about, and perhaps what it is not, and what else there is; some never come to it."""
    if next(draws) < VAGUE_SHARE:
        return [_pick(VAGUE, draws)]
    parts = []
    others = [other for other in THEMES if other != theme]
    if next(draws) < DENIAL_SHARE:
        topic = _pick(words.topics[_pick(others, draws)], draws)
        parts.append(_pick(DENIALS, draws).replace("{topic}", topic))
    for _ in range(2 if next(draws) < SECOND_SHARE else 1):
        form = words.plain if next(draws) < PLAIN_SHARE else words.roundabout
        sentence = _pick(form[theme], draws)
        if sentence not in parts:
            parts.append(sentence)
    if next(draws) < ASIDE_SHARE:
        aside = _pick(words.asides[_pick(others, draws)], draws)
        parts.append(_pick(LINKS, draws).replace("{aside}", aside))
    return parts


def _pick(choices: Sequence[Choice], draws: Draws) -> Choice:
    return choices[int(next(draws) * len(choices))]


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


def _slip(text: str, draws: Draws) -> str:
    """Let two neighbouring letters of a word change places, once or a few times."""
    for _ in range(1 + int(3 * next(draws))):
        places = [match.start() for match in re.finditer(r"(?<=\w)\w\w", text)]
        at = _pick(places, draws)
        text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text


def counted_theme(text: str, themes: Iterable[Cause] = THEMES, trade: Trade = "shop") -> Cause | None:
    """Guess what a text is about by counting its trade's keywords: the theme with most; None without any."""
    keywords = WORDS[trade].keywords
    words = re.findall(r"[a-z-]+", text.lower())
    hits = {theme: sum(word in keywords[theme] for word in words) for theme in themes}
    best = max(hits, key=lambda theme: hits[theme])
    return best if hits[best] else None
