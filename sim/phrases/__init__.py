"""Phrases: what customers say when something bothers them, by trade and cause; the words of `sim.texts`.

    words (what a trade has words for)  ->  common (what fits every trade)  ->  shop, software, bank, maker

Which trade a market has its scenario says: `trade`, in `sim.voice`.
"""

from __future__ import annotations

from sim.phrases.bank import BANK
from sim.phrases.maker import MAKER
from sim.phrases.shop import SHOP
from sim.phrases.software import SOFTWARE
from sim.phrases.words import Trade, Words

WORDS: dict[Trade, Words] = {"shop": SHOP, "software": SOFTWARE, "bank": BANK, "maker": MAKER}

__all__ = ["WORDS", "Trade", "Words"]
