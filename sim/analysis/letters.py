"""Letters (客户之声): what customers write to the desk, sorted by counting words, or by a taught machine.

    run -> letters (texts; the theme of each is behind glass) -> count, teach

Counting takes the theme with most words of a list (`sim.texts.counted_theme`). The taught machine weighs
words and pairs of words by how rare they are (TF-IDF; Spärck Jones 1972, Journal of Documentation 28(1)), and
learns from letters that somebody has read (logistic regression).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from sim.data import Fault
from sim.export import Export
from sim.phrases import Trade
from sim.run import Run
from sim.texts import counted_theme

NOT_CLEAR = "not clear"
C = 10.0  # how closely the regression follows the letters that were read


@dataclass(frozen=True, eq=False)
class Letters:
    """The letters of a run, in order of time; their themes are behind glass."""

    texts: pd.Series[str]
    _themes: pd.Series[str]
    trade: Trade = "shop"  # whose list of words to count

    @cached_property
    def counted(self) -> pd.Series[str]:
        """The theme of each letter by counting the words of a list."""
        guesses = [counted_theme(text, trade=self.trade) for text in self.texts]
        names = [NOT_CLEAR if guess is None else guess.name.lower() for guess in guesses]
        return pd.Series(names, self.texts.index, name="by counting")

    def read(self, letters: int) -> pd.Series[str]:
        """Have somebody read the first letters, and say of each what it is about."""
        return self._themes[:letters].rename("by reading")

    def taught(self, letters: int) -> pd.Series[str]:
        """Teach a machine with the first letters, and let it sort the rest.

        Raises
        ------
        Fault
            If these letters have one theme only, or there is nothing left to sort.
        """
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        known = self.read(letters)
        if known.nunique() < 2 or not 0 < letters < len(self.texts):
            raise Fault(f"taught: {letters} letters are too few to learn from, or leave none to sort.")
        model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(C=C, max_iter=500))
        model.fit(self.texts[:letters], known)
        rest = self.texts[letters:]
        return pd.Series(model.predict(rest), rest.index, name="by the machine")

    def open(self) -> pd.Series[str]:
        """Open the truth: what each letter is about."""
        return self._themes.rename("in truth")

    def right(self, guesses: pd.Series[str]) -> float:
        """Tell in which share of the letters a sorting names the true theme."""
        return float((guesses == self._themes[guesses.index]).mean())

    def __repr__(self) -> str:
        return f"{len(self.texts):,} letters"


def letters(run: Run) -> Letters:
    """Gather the letters of a run.

    Raises
    ------
    Fault
        If there are none, or the record of this market shows none.
    """
    export = Export.of(run)
    if "tickets" not in export.tables:
        raise Fault(f"letters: {run.scenario.record.hides('tickets')}")
    table = export.tables["tickets"].merge(export.truth["themes"], on="ticket_number")
    if table.empty:
        raise Fault("letters: nobody has written in this run.")
    return Letters(table["text"], table["theme"], run.scenario.voice.trade)


def shares(**sortings: pd.Series[str]) -> pd.DataFrame:
    """Count themes in several sortings, per cent of the letters of each; the commonest in the last first."""
    table = pd.DataFrame({name: 100 * one.value_counts(normalize=True) for name, one in sortings.items()})
    return table.fillna(0).sort_values(table.columns[-1], ascending=False).rename_axis("theme")
