"""Palettes and morphs as they are decoded: their cells, and how well the models say their ends."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QObject, Signal, Slot

from blender_app.session import commands
from blender_app.session.document import Document
from blender_app.session.messages import Messages
from blender_app.session.requests import DecodeTarget, ForgetRequest, PaletteResult
from blender_app.session.session import Loop, Session, Source, Track
from blender_app.session.status import ModelState
from blender_app.session.worker import DecodeWorker

_log = logging.getLogger(__name__)


class Palettes(QObject):
    """Asks the worker for the palettes and morphs of a document, and keeps what it answers.

    Parameters
    ----------
    document
        Whose tracks are decoded.
    worker
        Decodes; it runs from `start` to `close`.
    messages
        Told what fails.
    parent
        Qt parent.

    Notes
    -----
    `cellsChanged` and `morphChanged` carry the name of a track whose palette or morph was decoded anew.
    `modelsChanged` tells that a model is there, or cannot be.
    """

    cellsChanged = Signal(str)
    morphChanged = Signal(str)
    modelsChanged = Signal()

    def __init__(
        self, document: Document, worker: DecodeWorker, messages: Messages, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._worker = worker
        self._messages = messages
        self._cells: dict[DecodeTarget, list[list[Loop]]] = {}
        self._accuracy: dict[DecodeTarget, tuple[float, ...] | None] = {}
        self._model_states: dict[str, ModelState] = {}
        self._model_hashes: dict[str, str] = {}
        self._running = False
        worker.paletteReady.connect(self._on_worker_paletteReady)
        worker.modelReady.connect(self._on_worker_modelReady)
        worker.modelFailed.connect(self._on_worker_modelFailed)
        worker.failed.connect(self._on_worker_failed)

    # -- life -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Ask for the palettes of all tracks, the one in front first, and start the worker."""
        self._running = True
        for track in front_first(self._document.session):
            self.follow_track(None, track)
        self._worker.start()

    def close(self) -> None:
        """End the worker."""
        if self._running:
            self._running = False
            if not self._worker.close():
                _log.warning("the worker did not end in time")

    # -- reading --------------------------------------------------------------------------------

    @property
    def cells(self) -> list[list[Loop]]:
        """Loops of the front palette's cells, row by row; empty before the first palette."""
        return self.cells_of(self._document.session.front)

    def cells_of(self, track: str) -> list[list[Loop]]:
        """Return the loops of the cells of `track`, row by row; empty before the first palette."""
        return self._cells.get(DecodeTarget(track), [])

    @property
    def accuracy(self) -> tuple[float, ...] | None:
        """Share (0-1) of each front corner's steps that the model says by itself; None without a model."""
        return self.accuracy_of(self._document.session.front)

    def accuracy_of(self, track: str) -> tuple[float, ...] | None:
        """Return how much (0-1) of each corner of `track` the model says by itself, or None."""
        return self._accuracy.get(DecodeTarget(track))

    def morph_loops_of(self, track: str) -> list[Loop]:
        """Return the loops of the morph of `track`; empty before they are decoded."""
        rows = self._cells.get(DecodeTarget(track, Source.MORPH), [])
        return rows[0] if rows and self._document.track(track).morph is not None else []

    def around(self, track: str, source: Source) -> list[Loop]:
        """Return the loops between which `source` of `track` lies, as they are heard.

        Four corners, or two ends; none before it is decoded.
        """
        if source is Source.MORPH:
            loops = self.morph_loops_of(track)
            return [loops[0], loops[-1]] if loops else []
        cells = self.cells_of(track)
        return [cells[row][col] for row in (0, -1) for col in (0, -1)] if cells else []

    @property
    def model_states(self) -> Mapping[str, ModelState]:
        """States by name, of the models that were loaded or could not be; all others are to be loaded."""
        return MappingProxyType(self._model_states)

    @property
    def model_hashes(self) -> Mapping[str, str]:
        """Hashes of the models that were loaded, by name."""
        return MappingProxyType(self._model_hashes)

    # -- to the worker --------------------------------------------------------------------------

    def follow_track(self, before: tuple[Session, Track] | None, track: Track) -> None:
        """Ask for what a track needs.

        Parameters
        ----------
        before
            The session and the track as they were; None for a new track.
        track
            The track as it is.
        """
        for source in Source:
            request = commands.palette_request(self._document.session, track, source)
            if request is not None and (
                before is None or commands.palette_request(*before, source) != request
            ):
                self._worker.request(request)

    def forget(self, track: str) -> None:
        """Let go of a `track` that is no more."""
        for source in Source:
            target = DecodeTarget(track, source)
            self._worker.request(ForgetRequest(target))
            self._cells.pop(target, None)
            self._accuracy.pop(target, None)

    # -- from the worker ------------------------------------------------------------------------

    @Slot(object)
    def _on_worker_paletteReady(self, result: PaletteResult) -> None:
        request, target, session = result.request, result.request.target, self._document.session
        if target.track not in session.track_names or not self._running:
            return
        wanted = commands.palette_request(session, session.track(target.track), target.source)
        if wanted is None or (request.rows, request.cols) != (wanted.rows, wanted.cols):
            return
        self._cells[target], self._accuracy[target] = result.cells, result.accuracy
        (self.cellsChanged if target.source is Source.PALETTE else self.morphChanged).emit(target.track)

    @Slot(str, str)
    def _on_worker_modelReady(self, name: str, model_hash: str) -> None:
        _log.info("model %s %s is ready", name, model_hash)
        self._model_states[name], self._model_hashes[name] = ModelState.READY, model_hash
        self._compare_model(name)
        self.modelsChanged.emit()

    @Slot(str, str)
    def _on_worker_modelFailed(self, name: str, message: str) -> None:
        self._model_states[name] = ModelState.FAILED
        self._messages.warn(f"{message} The corners play all the same; between them they are cross-faded.")
        self.modelsChanged.emit()

    @Slot(str)
    def _on_worker_failed(self, message: str) -> None:
        self._messages.error(message)

    # -- models ---------------------------------------------------------------------------------

    @Slot()
    def follow_new_session(self) -> None:
        """Try again to load what the document needs and failed; warn if it was made with other models."""
        needed = {track.model for track in self._document.session.tracks}
        for name in needed:
            if self._model_states.get(name) is ModelState.FAILED:
                del self._model_states[name]
        self._worker.retry(needed)
        self.modelsChanged.emit()
        for name in self._model_hashes:
            self._compare_model(name)

    def _compare_model(self, name: str) -> None:
        old, new = dict(self._document.session.models).get(name), self._model_hashes.get(name)
        if old and new and old != new:
            self._messages.warn(
                f"This session was made with another version of the model {name}: its corners are the "
                "same, what lies between them may differ."
            )


def front_first(session: Session) -> list[Track]:
    """Return the tracks of `session`, the one in front before the others."""
    return sorted(session.tracks, key=lambda track: track.name != session.front)
