"""The decode worker: asks the models for loops beside the window, the newest request first.

Three threads of ours: one loads models when a request first names them, one answers requests, and one
refines palettes, so that the puck need not wait for that. Until a model is there, and if it never comes,
a stored palette or a plain cross-fade answers.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable

import numpy as np
from PySide6.QtCore import QObject, Signal

from blender_app.core.errors import LoopweaveError
from blender_app.core.parameters import DEFAULT_WANDER
from blender_app.session.crossfade import CrossfadePalette
from blender_app.session.decoding import constraints_of, nearly_same, palette_of
from blender_app.session.model_needs import ModelNeeds
from blender_app.session.models import Model, Palette, ReadyPalette
from blender_app.session.requests import (
    CornerResult,
    DecodeTarget,
    DiceRequest,
    FailedModel,
    ForgetRequest,
    LoadedModel,
    LoadModels,
    LoopRequest,
    LoopResult,
    PaletteRequest,
    PaletteResult,
    PathRequest,
    PathResult,
    RefinedPalette,
    RefineRequest,
    Request,
    RequestQueue,
    Space,
    VaryRequest,
    model_needed,
)
from blender_app.session.session import TrackKind
from blender_app.session.track import CORNER_COUNT

KEPT_PALETTES = 48

_log = logging.getLogger(__name__)


class DecodeWorker(QObject):
    """Answers requests with signals, which arrive in the thread of the receiver.

    Parameters
    ----------
    load_model
        Returns the model of a name; called when a request first names it, in a thread of its own.
    load_stored
        Returns the palette that answers at first for a kind of track ("bass"), or None.

    Notes
    -----
    Signals carry the results of `requests`; `modelReady` name and hash; `modelFailed` the name and
    a message for the musician, `failed` a message.

    Models are known by their names alone. One that cannot be loaded is told once and not tried again,
    whatever is asked of it, until `retry`: when a session is opened, say.
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
        load_model: Callable[[str], Model],
        load_stored: Callable[[str], ReadyPalette | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._load_model = load_model
        self._load_stored = load_stored
        self._queue = RequestQueue()
        self._to_refine = RequestQueue()
        self._models: dict[str, Model] = {}
        self._stored: dict[TrackKind, ReadyPalette | None] = {}
        self._palettes: dict[DecodeTarget, Palette] = {}
        self._wanted: dict[DecodeTarget, PaletteRequest] = {}
        self._made: OrderedDict[tuple[Space, bool], Palette] = OrderedDict()
        self._refusals: dict[DecodeTarget, str] = {}
        self._closed = False
        self._needs = ModelNeeds()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start answering what was asked for and will be; then start loading the models that it needs.

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
        """Ask by `request`; an unanswered one of the same target and kind is forgotten.

        The model that it names is loaded if it is not there.
        """
        self._queue.put(request)
        if (name := model_needed(request)) is not None:
            self.load(name)

    def load(self, name: str) -> None:
        """Load the model called `name` before anything is asked of it."""
        self._needs.need(name)

    def retry(self, names: Iterable[str]) -> None:
        """Try again to load those of the models called `names` that could not be loaded."""
        self._needs.retry(names)

    def close(self, timeout_s: float = 10.0) -> bool:
        """End the threads, waiting `timeout_s` for each; return whether all have ended."""
        self._closed = True
        self._needs.close()
        self._queue.close()
        self._to_refine.close()
        for thread in self._threads:
            thread.join(timeout_s)
        return not any(thread.is_alive() for thread in self._threads)

    # -- in the loading thread ------------------------------------------------------------------

    def _load(self) -> None:
        while (name := self._needs.take()) is not None:
            try:
                model = self._load_model(name)
            except LoopweaveError as error:
                self._fail(name, str(error))
            except Exception as error:  # noqa: BLE001 (the edge of this thread: whatever fails is told, the rest plays on)
                _log.exception("loading the model failed")
                self._fail(name, f"The model {name} cannot be loaded: {error}")
            else:
                self._queue.put(LoadedModel(name, model))

    def _fail(self, name: str, message: str) -> None:
        self._needs.fail(name)
        self._queue.put(FailedModel(name, message))

    # -- in the refining thread -----------------------------------------------------------------

    def _refine_all(self) -> None:
        while isinstance(request := self._to_refine.take(), RefineRequest):
            space = request.palette.space
            model = self._models.get(space.model)
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
        """Tell of a failure, and let a plain palette answer where the model's cannot.

        What a model says of a palette is told once, and not again at each edit of its corners.
        """
        if not isinstance(request, PaletteRequest):
            self._tell(self.failed, message)
            return
        if self._refusals.get(request.target) != message:
            self._refusals[request.target] = message
            self._tell(self.failed, message)
        self._use_plain_palette(request)

    def _is_ready(self, request: Request) -> bool:
        """Say whether a request can be answered already: the dice wait for their model."""
        if isinstance(request, DiceRequest | VaryRequest):
            return request.model in self._models or self._needs.has_failed(request.model)
        return True

    def _answer(self, request: Request) -> None:
        match request:
            case PaletteRequest():
                self._wanted[request.target] = request
                self._make_palette(request)
            case RefineRequest():
                self._to_refine.put(request)
            case RefinedPalette():
                self._take_refined(request)
            case LoopRequest():
                loop = self._palette(request.target).at(np.array([request.point], np.float64))[0]
                self._tell(self.loopReady, LoopResult(request, loop))
            case PathRequest():
                loops = self._palette(request.target).at(request.plan.points())
                self._tell(self.pathReady, PathResult(request, tuple(loops)))
            case ForgetRequest():
                self._wanted.pop(request.target, None)
                self._palettes.pop(request.target, None)
                self._refusals.pop(request.target, None)
            case DiceRequest() | VaryRequest():
                self._make_loop(request)
            case LoadModels() | FailedModel() | LoadedModel():
                self._follow_loading(request)

    def _follow_loading(self, news: LoadModels | FailedModel | LoadedModel) -> None:
        """Let the loading begin, tell that a model failed, or use one from now on."""
        if isinstance(news, LoadModels):
            self._needs.open()
        elif isinstance(news, FailedModel):
            self._tell(self.modelFailed, news.name, news.message)
        else:
            self._answer_with(news)

    def _answer_with(self, loaded: LoadedModel) -> None:
        """Use a model from now on, also for what was answered without it."""
        self._models[loaded.name] = loaded.model
        self._tell(self.modelReady, loaded.name, loaded.model.hash)
        for wanted in self._wanted.values():
            if wanted.space.model == loaded.name:
                self._queue.put_unless_newer(wanted)

    def _make_loop(self, request: DiceRequest | VaryRequest) -> None:
        """Answer with a new loop; not at all where the model has failed, which was told."""
        model = self._models.get(request.model)
        if model is None:
            return
        if isinstance(request, VaryRequest):
            constraints = constraints_of(model.steps, request.key)
            loop = model.vary(request.loop, request.amount, request.seed, constraints=constraints)
        else:
            constraints = constraints_of(model.steps, request.key, register=request.kind.register)
            loop = model.sample_loops(1, seed=request.seed, constraints=constraints)[0]
        self._tell(self.cornerReady, CornerResult(request, loop))

    def _palette(self, target: DecodeTarget) -> Palette:
        if target not in self._palettes:
            raise RuntimeError("a palette has to be asked for first")
        return self._palettes[target]

    def _make_palette(self, request: PaletteRequest) -> None:
        """Answer at once as well as can be, and ask for better."""
        space = request.space
        model = self._models.get(space.model)
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
        wanted = self._wanted.get(made.target)
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
        self._palettes[request.target] = palette
        self._refusals.pop(request.target, None)
        accuracy = getattr(palette, "accuracy", None)
        self._tell(self.paletteReady, PaletteResult(request, cells, accuracy, refined))

    def _use_plain_palette(self, request: PaletteRequest) -> None:
        """Answer without the model: from the stored palette if it fits, else by a cross-fade."""
        space = request.space
        stored = self._stored_for(space)
        palette = stored or CrossfadePalette(space.anchors, space.key, space.user_edited)
        self._palettes[request.target] = palette
        cells = palette.cells(request.rows, request.cols)
        self._tell(self.paletteReady, PaletteResult(request, cells, None, refined=False))

    def _stored_for(self, space: Space) -> ReadyPalette | None:
        """Return the stored palette of a space, if there is one."""
        if len(space.anchors) != CORNER_COUNT or space.key is not None or space.wander != DEFAULT_WANDER:
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
