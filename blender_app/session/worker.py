"""The decode worker: asks the model for loops beside the window, the newest request first.

Two threads of ours: one loads the model and ends, one answers requests for as long as the window
lives. Until the model is there, and if it never comes, a stored palette or a plain cross-fade
answers.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from blender_app.core.drums import DrumLoop
from blender_app.core.errors import LoopweaveError
from blender_app.engine.messages import ChangeAt
from blender_app.session.crossfade import CrossfadePalette
from blender_app.session.document import Corners, Point
from blender_app.session.path import PathPlan

REFINE_AFTER_S = 0.03
"""How long no request may come before a palette is refined: refining holds up what comes after."""
KEPT_PALETTES = 16
ROUNDING = 1 / 254
"""Largest error in steps of the microtiming in a stored palette."""

_log = logging.getLogger(__name__)


class Palette(Protocol):
    """Loops on a square."""

    def cells(self, rows: int, cols: int) -> list[list[DrumLoop]]:
        """Return the loops of `rows` by `cols` cells."""

    def at(self, points: NDArray[np.float64]) -> list[DrumLoop]:
        """Return the loops at places (x, y), shape (N, 2)."""


class DrumModel(Protocol):
    """What the worker asks of the model; see `blender_app.load_model`."""

    @property
    def name(self) -> str:
        """Name of the model."""

    @property
    def hash(self) -> str:
        """Hash of its weights."""

    def make_palette(self, corners: Sequence[DrumLoop], refine: bool) -> Palette:
        """Return the palette between four corners."""

    def sample_loops(
        self, n: int, temperature: float | None = None, seed: int | None = None
    ) -> list[DrumLoop]:
        """Return `n` new loops."""

    def vary(self, loop: DrumLoop, amount: float, seed: int) -> DrumLoop:
        """Return a loop like `loop`, the less so the larger `amount` (0-1) is."""


class StoredPalette(Palette, Protocol):
    """A palette made beforehand, for one set of corners."""

    @property
    def corners(self) -> Sequence[DrumLoop]:
        """The four loops that it was made for."""


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
    """Decode the loops of a path on the current palette, to be played from `change_at` on."""

    plan: PathPlan
    change_at: ChangeAt = ChangeAt.STEP


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
class _RefineRequest:
    palette: PaletteRequest


Request = PaletteRequest | LoopRequest | PathRequest | DiceRequest | VaryRequest | _RefineRequest


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
        self._idle: _RefineRequest | None = None
        self._closed = False

    def put(self, request: Request) -> None:
        """Add a request; refining waits until nothing else is asked."""
        with self._condition:
            if isinstance(request, _RefineRequest):
                self._idle = request
            else:
                self._pending[_kind(request)] = request
                if isinstance(request, PaletteRequest):
                    self._idle = None
            self._condition.notify()

    def put_unless_newer(self, request: PaletteRequest) -> None:
        """Add a request that was answered before, unless another palette is asked for meanwhile."""
        with self._condition:
            self._pending.setdefault(_kind(request), request)
            self._condition.notify()

    def take(self, ready: Callable[[Request], bool]) -> Request | None:
        """Wait for the next request that is `ready`, and return it; None once closed."""
        with self._condition:
            while not self._closed:
                for kind, request in self._pending.items():
                    if ready(request):
                        del self._pending[kind]
                        return request
                if self._idle is None:
                    self._condition.wait()
                elif not self._condition.wait(REFINE_AFTER_S) and self._idle is not None:
                    request, self._idle = self._idle, None
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


class DecodeWorker(QObject):
    """Answers requests with signals, which arrive in the thread of the receiver.

    Parameters
    ----------
    load_model
        Returns the model; called once, in a thread of its own.
    load_stored
        Returns the palette that answers at first, or None.

    Notes
    -----
    Signals carry the results above; `modelReady` name and hash; `modelFailed` and `failed` a
    message for the musician.
    """

    paletteReady = Signal(object)
    loopReady = Signal(object)
    pathReady = Signal(object)
    cornerReady = Signal(object)
    modelReady = Signal(str, str)
    modelFailed = Signal(str)
    failed = Signal(str)

    def __init__(
        self,
        load_model: Callable[[], DrumModel],
        load_stored: Callable[[], StoredPalette | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._load_model = load_model
        self._load_stored = load_stored
        self._queue = RequestQueue()
        self._model: DrumModel | None = None
        self._stored: StoredPalette | None = None
        self._palette: Palette | None = None
        self._wanted: PaletteRequest | None = None
        self._made: OrderedDict[tuple[Corners, bool], Palette] = OrderedDict()
        self._closed = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start answering, and loading the model."""
        self._threads = [
            threading.Thread(target=self._answer_all, name="decode", daemon=True),
            threading.Thread(target=self._load, name="load-model", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def request(self, request: Request) -> None:
        """Ask for something; an unanswered request of the same kind is forgotten."""
        self._queue.put(request)

    def close(self, timeout_s: float = 10.0) -> bool:
        """End the threads; return whether they ended in time."""
        self._closed = True
        self._queue.close()
        for thread in self._threads:
            thread.join(timeout_s)
        return not any(thread.is_alive() for thread in self._threads)

    # -- in the loading thread ------------------------------------------------------------------

    def _load(self) -> None:
        try:
            model = self._load_model()
        except LoopweaveError as error:
            self._tell(self.modelFailed, str(error))
        except Exception as error:  # noqa: BLE001 (the edge of this thread: whatever fails is told, the rest plays on)
            _log.exception("loading the model failed")
            self._tell(self.modelFailed, f"The model cannot be loaded: {error}")
        else:
            self._model = model
            self._tell(self.modelReady, model.name, model.hash)
            self._queue.wake()
            wanted = self._wanted
            if wanted is not None:
                self._queue.put_unless_newer(wanted)

    # -- in the decoding thread -----------------------------------------------------------------

    def _answer_all(self) -> None:
        try:
            self._stored = self._load_stored()
        except Exception:  # noqa: BLE001 (the edge of this thread: without it a cross-fade answers)
            _log.warning("no stored palette", exc_info=True)
        while (request := self._queue.take(self._is_ready)) is not None:
            try:
                self._answer(request)
            except LoopweaveError as error:
                self._report(request, str(error))
            except Exception as error:  # noqa: BLE001 (the edge of this thread: one answer fails, the next may not)
                _log.exception("the decode worker failed on %s", type(request).__name__)
                self._report(request, f"The model failed: {error}")

    def _report(self, request: Request, message: str) -> None:
        """Tell of a failure, and let a plain palette answer where the model's cannot."""
        self._tell(self.failed, message)
        if isinstance(request, PaletteRequest):
            self._use_plain_palette(request)

    def _is_ready(self, request: Request) -> bool:
        """Say whether a request can be answered already: the dice wait for the model."""
        return self._model is not None or not isinstance(request, DiceRequest | VaryRequest)

    def _answer(self, request: Request) -> None:
        if isinstance(request, PaletteRequest):
            self._wanted = request
            self._make_palette(request)
        elif isinstance(request, _RefineRequest):
            if request.palette is self._wanted:
                self._use_palette(request.palette, refine=True)
        elif isinstance(request, LoopRequest):
            loop = self._current().at(np.array([request.point], np.float64))[0]
            self._tell(self.loopReady, LoopResult(request, loop))
        elif isinstance(request, PathRequest):
            loops = self._current().at(request.plan.points())
            self._tell(self.pathReady, PathResult(request, tuple(loops)))
        else:
            self._tell(self.cornerReady, CornerResult(request, self._new_corner(request)))

    def _new_corner(self, request: DiceRequest | VaryRequest) -> DrumLoop:
        model = self._model
        if model is None:
            raise RuntimeError("the queue gives no dice before the model is loaded")
        if isinstance(request, VaryRequest):
            return model.vary(request.loop, request.amount, request.seed)
        return model.sample_loops(1, seed=request.seed)[0]

    def _current(self) -> Palette:
        if self._palette is None:
            raise RuntimeError("a palette has to be asked for first")
        return self._palette

    def _make_palette(self, request: PaletteRequest) -> None:
        """Answer at once as well as can be, and ask for better."""
        if self._model is None:
            self._use_plain_palette(request)
        elif (request.corners, True) in self._made:
            self._use_palette(request, refine=True)
        else:
            self._use_palette(request, refine=False)
            self._queue.put(_RefineRequest(request))

    def _use_palette(self, request: PaletteRequest, refine: bool) -> None:
        """Make, or take from those made lately, the model's palette; decode and tell its cells."""
        model = self._model
        if model is None:
            return
        key = (request.corners, refine)
        palette = self._made.pop(key, None) or model.make_palette(request.corners, refine)
        self._made[key] = palette
        while len(self._made) > KEPT_PALETTES:
            self._made.popitem(last=False)
        cells = palette.cells(request.rows, request.cols)
        self._palette = palette
        held = getattr(palette, "held", None)
        self._tell(self.paletteReady, PaletteResult(request, cells, held, refined=refine))

    def _use_plain_palette(self, request: PaletteRequest) -> None:
        """Answer without the model: from the stored palette if it fits, else by a cross-fade."""
        stored = self._stored
        fits = stored is not None and all(map(_nearly_same, stored.corners, request.corners))
        self._palette = stored if stored is not None and fits else CrossfadePalette(request.corners)
        cells = self._palette.cells(request.rows, request.cols)
        self._tell(self.paletteReady, PaletteResult(request, cells, None, refined=False))

    def _tell(self, signal: object, *values: object) -> None:
        """Emit a signal unless the worker is closing."""
        if not self._closed:
            signal.emit(*values)  # type: ignore[attr-defined]


def _nearly_same(stored: DrumLoop, corner: DrumLoop) -> bool:
    """Say whether a stored loop is the corner, but for the rounding of its microtiming."""
    same = np.array_equal(stored.hits, corner.hits) and np.array_equal(stored.velocity, corner.velocity)
    return same and bool(np.allclose(stored.microtiming, corner.microtiming, rtol=0, atol=ROUNDING))


def _kind(request: Request) -> Hashable:
    """Return what a newer request must share with `request` to replace it."""
    if isinstance(request, DiceRequest | VaryRequest):
        return "corner", request.corner
    return type(request).__name__
