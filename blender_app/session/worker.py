"""The decode worker: asks the models for loops beside the window, the newest request first.

Three threads of ours: one loads the models and ends, one answers requests for as long as the window
lives, and one refines palettes, so that the puck need not wait for that. Until a model is there,
and if it never comes, a stored palette or a plain cross-fade answers.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from blender_app.core.errors import LoopweaveError
from blender_app.session.crossfade import CrossfadePalette
from blender_app.session.decoding import LoopModel, StoredPalette, nearly_same, palette_of
from blender_app.session.document import Loop, TrackKind
from blender_app.session.requests import (
    CornerResult,
    DiceRequest,
    ForgetRequest,
    LoadedModel,
    LoadModels,
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
    Space,
    Surface,
    VaryRequest,
)
from blender_app.session.track import CORNER_COUNT, MODEL_NAMES

KEPT_PALETTES = 48

_log = logging.getLogger(__name__)


class DecodeWorker(QObject):
    """Answers requests with signals, which arrive in the thread of the receiver.

    Parameters
    ----------
    load_model
        Returns the model of a name; called once for each, in a thread of its own.
    load_stored
        Returns the palette that answers at first for a kind of track ("bass"), or None.

    Notes
    -----
    Signals carry the results of `requests`; `modelReady` name and hash; `modelFailed` the name and
    a message for the musician, `failed` a message.
    """

    paletteReady = Signal(object)
    loopReady = Signal(object)
    pathReady = Signal(object)
    cornerReady = Signal(object)
    modelReady = Signal(str, str)
    modelFailed = Signal(str, str)
    failed = Signal(str)

    def __init__(
        self,
        load_model: Callable[[str], LoopModel],
        load_stored: Callable[[str], StoredPalette | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._load_model = load_model
        self._load_stored = load_stored
        self._queue = RequestQueue()
        self._to_refine = RequestQueue()
        self._models: dict[str, LoopModel] = {}
        self._stored: dict[TrackKind, StoredPalette | None] = {}
        self._palettes: dict[Surface, Palette] = {}
        self._wanted: dict[Surface, PaletteRequest] = {}
        self._made: OrderedDict[tuple[Space, bool], Palette] = OrderedDict()
        self._closed = False
        self._may_load = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start answering what was asked for and will be; then start loading the models.

        Notes
        -----
        While torch's libraries are loaded, a thread that is new to numpy gets no memory of its own from the
        linker, and waits with Python's lock in hand. The first palettes, and the window, would come so much
        later.
        """
        self._queue.put(LoadModels())
        self._threads = [
            threading.Thread(target=self._answer_all, name="decode", daemon=True),
            threading.Thread(target=self._load, name="load-model", daemon=True),
            threading.Thread(target=self._refine_all, name="refine", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def request(self, request: Request) -> None:
        """Ask for something; an unanswered request of the same surface and kind is forgotten."""
        self._queue.put(request)

    def close(self, timeout_s: float = 10.0) -> bool:
        """End the threads; return whether they ended in time."""
        self._closed = True
        self._may_load.set()
        self._queue.close()
        self._to_refine.close()
        for thread in self._threads:
            thread.join(timeout_s)
        return not any(thread.is_alive() for thread in self._threads)

    # -- in the loading thread ------------------------------------------------------------------

    def _load(self) -> None:
        self._may_load.wait()
        for name in MODEL_NAMES:
            if self._closed:
                return
            try:
                model = self._load_model(name)
            except LoopweaveError as error:
                self._tell(self.modelFailed, name, str(error))
            except Exception as error:  # noqa: BLE001 (the edge of this thread: whatever fails is told, the rest plays on)
                _log.exception("loading the model failed")
                self._tell(self.modelFailed, name, f"The model {name} cannot be loaded: {error}")
            else:
                self._queue.put(LoadedModel(name, model))

    # -- in the refining thread -----------------------------------------------------------------

    def _refine_all(self) -> None:
        while isinstance(request := self._to_refine.take(), RefineRequest):
            space = request.palette.space
            model = self._models.get(space.kind.model_name)
            if model is None:
                continue
            try:
                palette = palette_of(model, space, refine=True)
            except LoopweaveError as error:
                self._tell(self.failed, str(error))
            except Exception as error:  # noqa: BLE001 (the edge of this thread: the first palette stays)
                _log.exception("refining failed")
                self._tell(self.failed, f"The model failed: {error}")
            else:
                self._queue.put(RefinedPalette(request.palette, palette))

    # -- in the decoding thread -----------------------------------------------------------------

    def _answer_all(self) -> None:
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
        """Say whether a request can be answered already: the dice wait for their model."""
        if isinstance(request, DiceRequest | VaryRequest):
            return request.kind.model_name in self._models
        return True

    def _answer(self, request: Request) -> None:
        match request:
            case PaletteRequest():
                self._wanted[request.surface] = request
                self._make_palette(request)
            case RefineRequest():
                self._to_refine.put(request)
            case RefinedPalette():
                self._take_refined(request)
            case LoopRequest():
                loop = self._palette(request.surface).at(np.array([request.point], np.float64))[0]
                self._tell(self.loopReady, LoopResult(request, loop))
            case PathRequest():
                loops = self._palette(request.surface).at(request.plan.points())
                self._tell(self.pathReady, PathResult(request, tuple(loops)))
            case ForgetRequest():
                self._wanted.pop(request.surface, None)
                self._palettes.pop(request.surface, None)
            case DiceRequest() | VaryRequest():
                self._tell(self.cornerReady, CornerResult(request, self._new_loop(request)))
            case LoadModels():
                self._may_load.set()
            case LoadedModel():
                self._answer_with(request)

    def _answer_with(self, loaded: LoadedModel) -> None:
        """Use a model from now on, also for what was answered without it."""
        self._models[loaded.name] = loaded.model
        self._tell(self.modelReady, loaded.name, loaded.model.hash)
        for wanted in self._wanted.values():
            if wanted.space.kind.model_name == loaded.name:
                self._queue.put_unless_newer(wanted)

    def _new_loop(self, request: DiceRequest | VaryRequest) -> Loop:
        model, kind = self._models[request.kind.model_name], request.kind
        lock: dict[str, object] = {} if request.key is None else {"allowed": request.key.allowed()}
        if isinstance(request, VaryRequest):
            return model.vary(request.loop, request.amount, request.seed, **lock)
        wishes: dict[str, Any] = lock if kind.register is None else {**lock, "register": kind.register}
        return model.sample_loops(1, seed=request.seed, **wishes)[0]

    def _palette(self, surface: Surface) -> Palette:
        if surface not in self._palettes:
            raise RuntimeError("a palette has to be asked for first")
        return self._palettes[surface]

    def _make_palette(self, request: PaletteRequest) -> None:
        """Answer at once as well as can be, and ask for better."""
        space = request.space
        model = self._models.get(space.kind.model_name)
        if model is None:
            self._use_plain_palette(request)
            return
        refined = self._made.get((space, True))
        if refined is not None:
            self._keep(space, True, refined)
            self._use(request, refined, refined=True)
            return
        palette = self._made.get((space, False)) or palette_of(model, space, refine=False)
        self._keep(space, False, palette)
        self._use(request, palette, refined=False)
        self._queue.put_for_quiet(RefineRequest(request))

    def _take_refined(self, made: RefinedPalette) -> None:
        """Use a better palette if it is still wanted, perhaps with other cells."""
        self._keep(made.request.space, True, made.palette)
        wanted = self._wanted.get(made.surface)
        if wanted is not None and wanted.space == made.request.space:
            self._use(wanted, made.palette, refined=True)

    def _keep(self, space: Space, refined: bool, palette: Palette) -> None:
        """Remember a palette for when its space comes again (undo, another grid)."""
        self._made[space, refined] = palette
        self._made.move_to_end((space, refined))
        while len(self._made) > KEPT_PALETTES:
            self._made.popitem(last=False)

    def _use(self, request: PaletteRequest, palette: Palette, refined: bool) -> None:
        """Let a palette of the model answer from now on, and tell its cells."""
        cells = palette.cells(request.rows, request.cols)
        self._palettes[request.surface] = palette
        held = getattr(palette, "held", None)
        self._tell(self.paletteReady, PaletteResult(request, cells, held, refined))

    def _use_plain_palette(self, request: PaletteRequest) -> None:
        """Answer without the model: from the stored palette if it fits, else by a cross-fade."""
        space = request.space
        stored = self._stored_for(space)
        palette = stored or CrossfadePalette(space.anchors, space.key, space.drawn)
        self._palettes[request.surface] = palette
        cells = palette.cells(request.rows, request.cols)
        self._tell(self.paletteReady, PaletteResult(request, cells, None, refined=False))

    def _stored_for(self, space: Space) -> StoredPalette | None:
        """Return the stored palette of a space, if there is one."""
        if len(space.anchors) != CORNER_COUNT or space.key is not None:
            return None
        if space.kind not in self._stored:
            try:
                self._stored[space.kind] = self._load_stored(space.kind.value)
            except Exception:  # noqa: BLE001 (the edge of this thread: without it a cross-fade answers)
                _log.warning("no stored palette for %s", space.kind.value, exc_info=True)
                self._stored[space.kind] = None
        stored = self._stored[space.kind]
        fits = stored is not None and all(map(nearly_same, stored.corners, space.anchors))
        return stored if fits else None

    def _tell(self, signal: object, *values: object) -> None:
        """Emit a signal unless the worker is closing."""
        if not self._closed:
            signal.emit(*values)  # type: ignore[attr-defined]
