"""What the decode worker can be asked, what it answers, and the queue between."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from blender_app.core.drums import DrumLoop
from blender_app.engine.messages import ChangeAt
from blender_app.session.document import Corners, Point
from blender_app.session.path import PathPlan

QUIET_S = 0.03
"""How long nothing may be asked before what waits for quiet is given out."""


class Palette(Protocol):
    """Loops on a square."""

    def cells(self, rows: int, cols: int) -> list[list[DrumLoop]]:
        """Return the loops of `rows` by `cols` cells."""

    def at(self, points: NDArray[np.float64]) -> list[DrumLoop]:
        """Return the loops at places (x, y), shape (N, 2)."""


# -- requests ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaletteRequest:
    """Make the palette of four corners and decode its cells."""

    corners: Corners
    rows: int
    cols: int


@dataclass(frozen=True, slots=True)
class LoopRequest:
    """Decode the loop at one place of the current palette, to be played from `change_at` on."""

    point: Point
    change_at: ChangeAt = ChangeAt.STEP


@dataclass(frozen=True, slots=True)
class PathRequest:
    """Decode the loops of a path on the current palette, to be played from `change_at` on.

    With a `target` they are to be written to that file instead.
    """

    plan: PathPlan
    change_at: ChangeAt = ChangeAt.STEP
    target: Path | None = None


@dataclass(frozen=True, slots=True)
class DiceRequest:
    """Sample a new loop for a corner."""

    corner: int
    seed: int


@dataclass(frozen=True, slots=True)
class VaryRequest:
    """Vary a corner's loop by an amount of 0 to 1."""

    corner: int
    loop: DrumLoop
    amount: float
    seed: int


@dataclass(frozen=True, slots=True)
class RefineRequest:
    """Make the better palette of four corners."""

    palette: PaletteRequest


@dataclass(frozen=True, slots=True)
class RefinedPalette:
    """Use the better palette that was made meanwhile."""

    request: PaletteRequest
    palette: Palette


Request = (
    PaletteRequest | LoopRequest | PathRequest | DiceRequest | VaryRequest | RefineRequest | RefinedPalette
)


# -- results ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaletteResult:
    """Cells of a palette.

    `held` is the share (0-1) of each corner's steps that the model says by itself, None while no
    model answers; `refined` is whether a better one will not follow.
    """

    request: PaletteRequest
    cells: list[list[DrumLoop]]
    held: tuple[float, ...] | None
    refined: bool


@dataclass(frozen=True, slots=True)
class LoopResult:
    """The loop at a place."""

    request: LoopRequest
    loop: DrumLoop


@dataclass(frozen=True, slots=True)
class PathResult:
    """The loops of a path, one for each of the plan's points."""

    request: PathRequest
    loops: tuple[DrumLoop, ...]


@dataclass(frozen=True, slots=True)
class CornerResult:
    """A new loop for a corner."""

    request: DiceRequest | VaryRequest
    loop: DrumLoop


class RequestQueue:
    """Requests by kind: a newer one of a kind replaces the older and takes its place in the queue."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._pending: OrderedDict[Hashable, Request] = OrderedDict()
        self._for_quiet: Request | None = None
        self._closed = False

    def put(self, request: Request) -> None:
        """Add a request; a new palette makes what waits for quiet obsolete."""
        with self._condition:
            self._pending[_kind(request)] = request
            if isinstance(request, PaletteRequest):
                self._for_quiet = None
            self._condition.notify()

    def put_unless_newer(self, request: PaletteRequest) -> None:
        """Add a request that was answered before, unless another palette is asked for meanwhile."""
        with self._condition:
            self._pending.setdefault(_kind(request), request)
            self._condition.notify()

    def put_for_quiet(self, request: Request) -> None:
        """Add the request that is given out once nothing else was asked for a moment."""
        with self._condition:
            self._for_quiet = request
            self._condition.notify()

    def take(self, ready: Callable[[Request], bool] = lambda _request: True) -> Request | None:
        """Wait for the next request that is `ready`, and return it; None once closed."""
        with self._condition:
            while not self._closed:
                for kind, request in self._pending.items():
                    if ready(request):
                        del self._pending[kind]
                        return request
                if self._for_quiet is None:
                    self._condition.wait()
                elif not self._condition.wait(QUIET_S) and self._for_quiet is not None:
                    request, self._for_quiet = self._for_quiet, None
                    return request
            return None

    def wake(self) -> None:
        """Let `take` look again at what is ready."""
        with self._condition:
            self._condition.notify_all()

    def close(self) -> None:
        """End every `take`, now and later."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()


def _kind(request: Request) -> Hashable:
    """Return what a newer request must share with `request` to replace it."""
    if isinstance(request, DiceRequest | VaryRequest):
        return "corner", request.corner
    if isinstance(request, PathRequest) and request.target is not None:
        return "export", request.target
    return type(request).__name__
