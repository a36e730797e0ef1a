"""What judging any model has in common: figures, how many loops they are taken over."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its `name`, its `value`, and the `target` that it must meet ("" is none)."""

    name: str
    value: float
    target: str = ""

    def __str__(self) -> str:
        """Return the figure as one line of a table."""
        return f"{self.name:66s} {self.value:8.3f}   {self.target}"


@dataclass(frozen=True, slots=True)
class Scale:
    """How many loops each figure is taken over.

    Parameters
    ----------
    loops
        That are encoded and said again.
    pairs
        Between which interpolations are judged.
    palettes
        That are judged.
    samples
        From the prior.
    drawn
        Of each kind that people draw.
    """

    loops: int = 2000
    pairs: int = 256
    palettes: int = 48
    samples: int = 2000
    drawn: int = 64


POINTS = 9
"""Loops of an interpolation that is judged, ends included."""
AT_ONCE = 256
"""About how many loops are encoded at a time."""
