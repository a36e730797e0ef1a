"""The decode worker: asks the model for loops beside the window, the newest request first.

Three threads of ours: one loads the model and ends, one answers requests for as long as the window
lives, and one refines palettes, so that the puck need not wait for that. Until the model is there,
and if it never comes, a stored palette or a plain cross-fade answers.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from PySide6.QtCore import QObject, Signal

from blender_app.core.drums import DrumLoop
from blender_app.core.errors import LoopweaveError
from blender_app.session.crossfade import CrossfadePalette
from blender_app.session.document import Corners
from blender_app.session.requests import (
    CornerResult,
    DiceRequest,
    LoopRequest,
    LoopResult,
    Palette,
    PaletteRequest,
    PaletteResult,
    PathRequest,
    PathResult,
    RefinedPalette,
    RefineRequest,
    Request,
    RequestQueue,
    VaryRequest,
)

KEPT_PALETTES = 16
ROUNDING = 1 / 254
"""Largest error in steps of the microtiming in a stored palette."""

_log = logging.getLogger(__name__)


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
        self._to_refine = RequestQueue()
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
            threading.Thread(target=self._refine_all, name="refine", daemon=True),
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
        self._to_refine.close()
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

    # -- in the refining thread -----------------------------------------------------------------

    def _refine_all(self) -> None:
        while isinstance(request := self._to_refine.take(), RefineRequest):
            if self._model is None:
                continue
            try:
                palette = self._model.make_palette(request.palette.corners, refine=True)
            except LoopweaveError as error:
                self._tell(self.failed, str(error))
            except Exception as error:  # noqa: BLE001 (the edge of this thread: the first palette stays)
                _log.exception("refining failed")
                self._tell(self.failed, f"The model failed: {error}")
            else:
                self._queue.put(RefinedPalette(request.palette, palette))

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
        elif isinstance(request, RefineRequest):
            self._to_refine.put(request)
        elif isinstance(request, RefinedPalette):
            self._keep(request.request.corners, True, request.palette)
            if self._wanted is not None and self._wanted.corners == request.request.corners:
                self._use(self._wanted, request.palette, refined=True)
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
            return
        refined = self._made.get((request.corners, True))
        if refined is not None:
            self._keep(request.corners, True, refined)
            self._use(request, refined, refined=True)
            return
        palette = self._made.get((request.corners, False))
        palette = palette or self._model.make_palette(request.corners, refine=False)
        self._keep(request.corners, False, palette)
        self._use(request, palette, refined=False)
        self._queue.put_for_quiet(RefineRequest(request))

    def _keep(self, corners: Corners, refined: bool, palette: Palette) -> None:
        """Remember a palette for when its corners come again (undo, another grid)."""
        self._made[corners, refined] = palette
        self._made.move_to_end((corners, refined))
        while len(self._made) > KEPT_PALETTES:
            self._made.popitem(last=False)

    def _use(self, request: PaletteRequest, palette: Palette, refined: bool) -> None:
        """Let a palette of the model answer from now on, and tell its cells."""
        cells = palette.cells(request.rows, request.cols)
        self._palette = palette
        held = getattr(palette, "held", None)
        self._tell(self.paletteReady, PaletteResult(request, cells, held, refined))

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
