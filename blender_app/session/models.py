"""What a session asks of models and of the palettes that they make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from blender_app.core.constraints import NO_CONSTRAINTS, DecodeConstraints
from blender_app.core.parameters import DEFAULT_WANDER
from blender_app.session.morphing import MorphLine
from blender_app.session.session import Loop


class Palette(Protocol):
    """Loops on a square."""

    def cells(self, rows: int, cols: int) -> list[list[Loop]]:
        """Return the loops of `rows` by `cols` cells."""

    def at(self, points: NDArray[np.float64]) -> list[Loop]:
        """Return the loops at `points` (x, y) 0 to 1, shape (N, 2)."""


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
        wander: float = DEFAULT_WANDER,
    ) -> Palette:
        """Return the palette between four corners.

        Parameters
        ----------
        corners
            Loops of the model's length: top-left, top-right, bottom-left, bottom-right.
        refine
            Whether codes are refined by gradient steps first, which takes some tens of milliseconds.
        plain
            The straight line of the codes, without corrections.
        constraints
            What the decoded loops keep to.
        wander
            0 (near: between the corners, sparse in surprises) to 1 (free: as real as the model's own loops).
        """

    def make_morph(
        self,
        a: Loop,
        b: Loop,
        refine: bool = True,
        plain: bool = False,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
        wander: float = DEFAULT_WANDER,
    ) -> MorphLine:
        """Return the interpolation from loop `a` to loop `b`.

        `refine`, `plain`, `constraints` and `wander` as in `make_palette`.
        """

    def sample_loops(
        self,
        n: int,
        temperature: float | None = None,
        seed: int | None = None,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
    ) -> Sequence[Loop]:
        """Return new loops.

        Parameters
        ----------
        n
            How many.
        temperature
            Scales the chance in the decoder; None is the one that the model was tuned at.
        seed
            Decides which; None is others each time.
        constraints
            What they keep to.
        """

    def vary(
        self,
        loop: Loop,
        amount: float = 0.5,
        seed: int | None = None,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
    ) -> Loop:
        """Return a loop like another one.

        Parameters
        ----------
        loop
            The other one, of the model's length.
        amount
            How far it goes, 0 to 1.
        seed
            Decides which comes; None is another each time.
        constraints
            What it keeps to.
        """
