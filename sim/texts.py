"""Texts: what customers write and say, put together by a grammar from the cause that moves them.

    opening + [chatter] + [denial of another cause] + one or two sentences + [aside, another cause] + closing

A sentence names its cause plainly or in a roundabout way; asides and chatter use the words of other causes,
and fingers slip. So whoever counts words is often misled, as with real letters, while whoever reads is not.
The words stand in `sim.phrases`; every choice is a keyed draw.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, TypeVar

import numpy as np

from sim.chance import Integers, Luck, Purpose
from sim.events import Cause
from sim.phrases import (
    ASIDES,
    CHATTER,
    CLOSINGS,
    CONTENT,
    DENIALS,
    KEYWORDS,
    LINKS,
    OPENINGS,
    PLAIN,
    ROUNDABOUT,
    SLOTS,
    TOPICS,
    VAGUE,
)

Register = Literal["ticket", "interview"]
THEMES = tuple(PLAIN)  # the causes that people have words for
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
) -> list[str]:
    """Write a text for each theme; None stands for somebody whom nothing bothers.

    Parameters
    ----------
    person, week, j
        Whose text it is, and which of their week's, shape (texts,): its luck.
    """
    places = np.arange(DRAWS)
    chances = luck.uniform(purpose, person[:, None], week[:, None], j[:, None] % 64 * DRAWS + places)
    return [compose(theme, register, iter(row)) for theme, row in zip(themes, chances.tolist(), strict=True)]


def compose(theme: Cause | None, register: Register, draws: Draws) -> str:
    """Put one text together; `draws` are uniforms, of which it takes as many as it needs."""
    words = {slot: _pick(choices, draws) for slot, choices in SLOTS.items()}
    parts = [_pick(OPENINGS[register], draws)] if next(draws) < 0.7 else []
    if next(draws) < CHATTER_SHARE:
        parts.append(_pick(CHATTER, draws))
    parts += [_pick(CONTENT, draws)] if theme is None else _grievance(theme, draws)
    if next(draws) < 0.5:
        parts.append(_pick(CLOSINGS[register], draws))
    text = " ".join(_capital(part.format(**words)) for part in parts)
    return _slip(text, draws) if next(draws) < SLIP_SHARE else text


def _grievance(theme: Cause, draws: Draws) -> list[str]:
    """Say what it is about, and perhaps what it is not, and what else there is; some never come to it."""
    if next(draws) < VAGUE_SHARE:
        return [_pick(VAGUE, draws)]
    parts = []
    others = [other for other in THEMES if other != theme]
    if next(draws) < DENIAL_SHARE:
        topic = _pick(TOPICS[_pick(others, draws)], draws)
        parts.append(_pick(DENIALS, draws).replace("{topic}", topic))
    for _ in range(2 if next(draws) < SECOND_SHARE else 1):
        form = PLAIN if next(draws) < PLAIN_SHARE else ROUNDABOUT
        sentence = _pick(form[theme], draws)
        if sentence not in parts:
            parts.append(sentence)
    if next(draws) < ASIDE_SHARE:
        aside = _pick(ASIDES[_pick(others, draws)], draws)
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


def counted_theme(text: str, themes: Iterable[Cause] = THEMES) -> Cause | None:
    """Guess what a text is about by counting keywords: the theme with most; None where no word is found."""
    words = re.findall(r"[a-z-]+", text.lower())
    hits = {theme: sum(word in KEYWORDS[theme] for word in words) for theme in themes}
    best = max(hits, key=lambda theme: hits[theme])
    return best if hits[best] else None
