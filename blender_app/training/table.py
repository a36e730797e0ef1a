"""A table of figures: a row a ruler, a column a way that is measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np


@dataclass(slots=True)
class Table:
    """Figures of several ways, a row a ruler.

    Parameters
    ----------
    columns
        Names of the ways.
    values
        For each ruler and way, the values of all draws.
    musts
        What the shipped way must meet, by ruler.
    """

    columns: list[str] = field(default_factory=list)
    values: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    musts: dict[str, str] = field(default_factory=dict)

    def add(self, column: str, figures: dict[str, float]) -> None:
        """Take the `figures` of one draw, by ruler, into a `column`."""
        if column not in self.columns:
            self.columns.append(column)
        for ruler, value in figures.items():
            self.values.setdefault((ruler, column), []).append(value)

    def mean(self, ruler: str, column: str) -> float:
        """Return the mean over draws of a `ruler` for the way of a `column`."""
        return float(np.mean(self.values[ruler, column]))

    def lines(self, ranges: bool = True) -> Iterator[str]:
        """Yield the table as Markdown: means, and with `ranges` from where to where the draws lie."""
        rulers = list(dict.fromkeys(ruler for ruler, _ in self.values))
        yield "| | " + " | ".join([*self.columns, "must"]) + " |"
        yield "|---" * (len(self.columns) + 2) + "|"
        for ruler in rulers:
            cells = [self._cell(ruler, column, ranges) for column in self.columns]
            yield f"| {ruler} | " + " | ".join([*cells, self.musts.get(ruler, "")]) + " |"

    def _cell(self, ruler: str, column: str, ranges: bool) -> str:
        found = self.values.get((ruler, column))
        if not found:
            return ""
        low, high, mean = (f"{value:.3f}" for value in (min(found), max(found), np.mean(found)))
        return mean if low == high or not ranges else f"{mean} ({low}-{high})"
