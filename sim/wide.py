"""Wide characters: what a Chinese keyboard types in place of the marks of YAML, and looks much the same."""

from __future__ import annotations

import re

INSTEAD = {
    "：": '":" and a space',
    "，": '"," and a space',
    "［": '"["',
    "］": '"]"',
    "｛": '"{"',
    "｝": '"}"',
    "＃": '"#"',
    "\u3000": "an ordinary space",
    "\xa0": "an ordinary space",
}
AFTER_PLAIN = re.compile(f"(?<=[ -~])[{''.join(INSTEAD)}]")  # within Chinese text they are at home


def place(text: str) -> int | None:
    """Find the first wide mark that stands where a plain one was likely meant."""
    found = AFTER_PLAIN.search(text)
    return found.start() if found else None


def remedy(mark: str) -> str:
    """Say what to write instead of a wide mark."""
    code = f"U+{ord(mark):04X}"
    shown = f'"{mark}" ({code})' if mark.isprintable() else f"a space of another kind ({code})"
    return f"{shown} stands here; switch the keyboard to English and write {INSTEAD[mark]}"
