"""Numeral: the number that somebody means who writes it for people, such as 10,000 or 3 %, not for a file."""

from __future__ import annotations

import re
from decimal import Decimal
from unicodedata import normalize

PLAIN = r"-?\d+(\.\d+)?"
GROUPED = r"-?[1-9]\d{0,2}([,_' ]\d{3})+(\.\d+)?"  # 10,000
WITH_COMMA = r"-?\d+,\d+"  # 0,27
PER_CENT = r"-?\d+([.,]\d+)? ?%"
DATE = r"\d{4}[-/.]\d\d?[-/.]\d\d?"


def meant(text: str) -> str | None:
    """Give the number as a file has it; None where it is not plain which one is meant."""
    narrow = normalize("NFKC", text).strip()  # also of wide digits, and of a wide comma
    if re.fullmatch(PLAIN, narrow, re.ASCII):
        return narrow
    if re.fullmatch(GROUPED, narrow, re.ASCII):
        return re.sub("[,_' ]", "", narrow)
    if re.fullmatch(WITH_COMMA, narrow, re.ASCII):
        return narrow.replace(",", ".")
    if re.fullmatch(PER_CENT, narrow, re.ASCII):
        share = Decimal(narrow.rstrip(" %").replace(",", ".")) / 100
        return f"{share.normalize():f}"
    return None


def is_date(text: str) -> bool:
    """Tell whether a text is a day of a calendar."""
    return bool(re.fullmatch(DATE, text.strip(), re.ASCII))
