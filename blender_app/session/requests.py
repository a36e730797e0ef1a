"""What the decode worker can be asked, what it answers, and the queue between."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from blender_app.core.parameters import DEFAULT_WANDER
from blender_app.core.scales import Key
from blender_app.engine.messages import ChangeAt
from blender_app.session.models import Model, Palette
from blender_app.session.path import PathPlan
from blender_app.session.session import Loop, Point, Source, TrackKind

QUIET_S = 0.03
"""How long nothing may be asked before what waits for quiet is given out."""


class DecodeTarget(NamedTuple):
    """The palette, or the morph, of `track`, as `source` says."""

    track: str
    source: Source = Source.PALETTE


@dataclass(frozen=True, slots=True)
class Space:
    """What loops are made between.

    Parameters
    ----------
    kind
        The kind of track that plays them.
    model
        Name of the model that makes them.
    anchors
        Four corners of a palette, or two ends of a morph.
    key
        What the decoded loops keep to, or None.
    user_edited
        Which of the anchors stay as they are although there is a key; nothing without one.
    wander
        0 (near) to 1 (free).
    """

    kind: TrackKind
    model: str
    anchors: tuple[Loop, ...]
    key: Key | None = None
    user_edited: tuple[bool, ...] = ()
    wander: float = DEFAULT_WANDER


# -- requests ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaletteRequest:
    """Make the palette of `space` and decode `rows` by `cols` cells; a morph has one row.

    `target` is whose palette it is.
    """

    target: DecodeTarget
    space: Space
    rows: int
    cols: int


@dataclass(frozen=True, slots=True)
class LoopRequest:
    """Decode the loop at one `point` of the palette of `target`, to be played from `change_at` on."""

    target: DecodeTarget
    point: Point
    change_at: ChangeAt = ChangeAt.STEP


@dataclass(frozen=True, slots=True)
class PathRequest:
    """Decode the loops of `plan` on the palette of `target`, to be played from `change_at` on.

    With a `file` they are to be written to that file instead.
    """

    target: DecodeTarget
    plan: PathPlan
    change_at: ChangeAt = ChangeAt.STEP
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class DiceRequest:
    """Sample a new loop of a model for a corner of a palette or an end of a morph.

    Parameters
    ----------
    target
        Whose it is.
    index
        Of the corner, 0-3, or the end, 0-1.
    kind
        Of the track that plays it.
    model
        Its name.
    seed
        Decides what comes.
    key
        That it keeps to, if any.
    """

    target: DecodeTarget
    index: int
    kind: TrackKind
    model: str
    seed: int
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class VaryRequest:
    """Vary the loop of a corner or an end with a model.

    The other fields are as in `DiceRequest`.

    Parameters
    ----------
    loop
        What is varied.
    amount
        How far, 0 to 1.
    """

    target: DecodeTarget
    index: int
    kind: TrackKind
    model: str
    seed: int
    loop: Loop
    amount: float
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class RefineRequest:
    """Make the better palette of the space that `palette` asked for."""

    palette: PaletteRequest

    @property
    def target(self) -> DecodeTarget:
        """Whose palette it is."""
        return self.palette.target


@dataclass(frozen=True, slots=True)
class RefinedPalette:
    """Use the better `palette` that was made meanwhile for a `request`."""

    request: PaletteRequest
    palette: Palette

    @property
    def target(self) -> DecodeTarget:
        """Whose palette it is."""
        return self.request.target


@dataclass(frozen=True, slots=True)
class ForgetRequest:
    """Let go of what was kept for `target`."""

    target: DecodeTarget


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """Answer with `model` from now on, where the one called `name` is asked for."""

    name: str
    model: Model


@dataclass(frozen=True, slots=True)
class FailedModel:
    """Tell that the model called `name` cannot be loaded, and in `message` why."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class LoadModels:
    """Begin to load models: what was asked for before is answered by then."""


Request = (
    PaletteRequest
    | LoopRequest
    | PathRequest
    | DiceRequest
    | VaryRequest
    | RefineRequest
    | RefinedPalette
    | ForgetRequest
    | LoadedModel
    | FailedModel
    | LoadModels
)


def model_needed(request: Request) -> str | None:
    """Return the name of the model without which `request` cannot be answered well, or None."""
    if isinstance(request, PaletteRequest):
        return request.space.model
    return request.model if isinstance(request, DiceRequest | VaryRequest) else None


# -- results ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaletteResult:
    """The `cells` of a palette, row by row, that answer a `request`.

    `accuracy` is the share (0-1) of each corner's steps that the model says by itself, None while no
    model answers; `refined` is whether a better one will not follow.
    """

    request: PaletteRequest
    cells: list[list[Loop]]
    accuracy: tuple[float, ...] | None
    refined: bool


@dataclass(frozen=True, slots=True)
class LoopResult:
    """The `loop` at a place that answers a `request`."""

    request: LoopRequest
    loop: Loop


@dataclass(frozen=True, slots=True)
class PathResult:
    """The `loops` of a path, one for each of the plan's points, that answer a `request`."""

    request: PathRequest
    loops: tuple[Loop, ...]


@dataclass(frozen=True, slots=True)
class CornerResult:
    """A new `loop` for a corner or an end that answers a `request`."""

    request: DiceRequest | VaryRequest
    loop: Loop


class RequestQueue:
    """Requests by target and kind: a newer one replaces the older and takes its place in the queue."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._pending: OrderedDict[Hashable, Request] = OrderedDict()
        self._for_quiet: OrderedDict[DecodeTarget, Request] = OrderedDict()
        self._closed = False

    def put(self, request: Request) -> None:
        """Add a `request`; a new palette makes what waits for quiet on its target obsolete.

        When a target is to be forgotten, so is what was asked of it, but for what goes to files.
        """
        with self._condition:
            if isinstance(request, ForgetRequest):
                for kind in [kind for kind, old in self._pending.items() if _is_of(old, request.target)]:
                    del self._pending[kind]
            self._pending[_kind(request)] = request
            if isinstance(request, PaletteRequest | ForgetRequest):
                self._for_quiet.pop(request.target, None)
            self._condition.notify()

    def put_unless_newer(self, request: PaletteRequest) -> None:
        """Add a `request` that was answered before, unless another palette is asked for."""
        with self._condition:
            self._pending.setdefault(_kind(request), request)
            self._condition.notify()

    def put_for_quiet(self, request: RefineRequest) -> None:
        """Add a `request` that is given out once nothing else was asked for a moment."""
        with self._condition:
            self._for_quiet[request.target] = request
            self._condition.notify()

    def take(self, ready: Callable[[Request], bool] = lambda _request: True) -> Request | None:
        """Wait for the next request that is `ready`, and return it; None once closed."""
        with self._condition:
            while not self._closed:
                for kind, request in self._pending.items():
                    if ready(request):
                        del self._pending[kind]
                        return request
                if not self._for_quiet:
                    self._condition.wait()
                elif not self._condition.wait(QUIET_S) and self._for_quiet:
                    _, request = self._for_quiet.popitem(last=False)
                    return request
            return None

    def close(self) -> None:
        """End every `take`, now and later."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()


def _is_of(request: Request, target: DecodeTarget) -> bool:
    """Say whether a request is of a target, and of no use without it."""
    if isinstance(request, LoadedModel | FailedModel | LoadModels):
        return False
    goes_to_file = isinstance(request, PathRequest) and request.file is not None
    return request.target == target and not goes_to_file


def _kind(request: Request) -> Hashable:
    """Return what a newer request must share with `request` to replace it."""
    if isinstance(request, DiceRequest | VaryRequest):
        return "corner", request.target, request.index
    if isinstance(request, PathRequest) and request.file is not None:
        return "export", request.file
    if isinstance(request, LoadedModel | FailedModel):
        return "model", request.name
    if isinstance(request, LoadModels):
        return "models"
    return type(request).__name__, request.target
