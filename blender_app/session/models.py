"""What a session asks of models and of the palettes that they make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from blender_app.core.constraints import NO_CONSTRAINTS, DecodeConstraints
from blender_app.session.document import Loop
from blender_app.session.morphing import MorphLine


class Palette(Protocol):
    """Loops on a square."""

    def cells(self, rows: int, cols: int) -> list[list[Loop]]:
        """Return the loops of `rows` by `cols` cells."""

    def at(self, points: NDArray[np.float64]) -> list[Loop]:
        """Return the loops at places (x, y), shape (N, 2)."""


class ReadyPalette(Palette, Protocol):
    """A palette made beforehand, for one set of corners."""

    @property
    def corners(self) -> Sequence[Loop]:
        """The four loops that it was made for."""


class Model(Protocol):
    """What the worker asks of a model; see `blender_app.load_model`."""

    @property
    def name(self) -> str:
        """Name of the model."""

    @property
    def hash(self) -> str:
        """Hash of its weights."""

    @property
    def steps(self) -> int:
        """Length of its loops in sixteenths."""

    def make_palette(
        self,
        corners: Sequence[Loop],
        refine: bool = True,
        plain: bool = False,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
    ) -> Palette:
        """Return the palette between four corners."""

    def make_morph(
        self,
        a: Loop,
        b: Loop,
        refine: bool = True,
        plain: bool = False,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
    ) -> MorphLine:
        """Return the interpolation from one loop to another."""

    def sample_loops(
        self,
        n: int,
        temperature: float | None = None,
        seed: int | None = None,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
    ) -> Sequence[Loop]:
        """Return `n` new loops."""

    def vary(
        self,
        loop: Loop,
        amount: float = 0.5,
        seed: int | None = None,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
    ) -> Loop:
        """Return a loop like `loop`, the less so the larger `amount` (0-1) is."""
