"""New loops from the models, for corners of palettes and ends of morphs.

Methods that take a track mean the one in front where none is given.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from blender_app.session.document import Document
from blender_app.session.edits.corners import CornerEdits
from blender_app.session.edits.morph import MorphEdits
from blender_app.session.messages import Messages
from blender_app.session.morphing import with_end
from blender_app.session.palettes import Palettes
from blender_app.session.requests import CornerResult, DecodeTarget, DiceRequest, VaryRequest
from blender_app.session.session import CORNER_COUNT, Loop, Source, Track
from blender_app.session.status import ModelState
from blender_app.session.worker import DecodeWorker

SEEDS = 10_000
VARY_AMOUNT = 0.3


def _random_seed() -> int:
    return secrets.randbelow(SEEDS)


class Dice(QObject):
    """Asks the models for new loops, and puts them in when they come.

    Parameters
    ----------
    document
        What is edited.
    worker
        Whose models are asked.
    palettes
        Know which models there are.
    corners, morphs
        Take the loops.
    messages
        Told why no loop will come.
    make_seed
        Returns a seed, a whole number from 0.
    parent
        Qt parent.
    """

    def __init__(
        self,
        document: Document,
        worker: DecodeWorker,
        palettes: Palettes,
        corners: CornerEdits,
        morphs: MorphEdits,
        messages: Messages,
        make_seed: Callable[[], int] = _random_seed,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._worker = worker
        self._palettes = palettes
        self._corners = corners
        self._morphs = morphs
        self._messages = messages
        self._make_seed = make_seed
        worker.cornerReady.connect(self._on_worker_cornerReady)

    # -- corners --------------------------------------------------------------------------------

    def roll(self, corner: int, track: str | None = None) -> None:
        """Put a new loop from the model into a `corner` (0-3) of `track`, None being the one in front."""
        self._roll(corner, Source.PALETTE, track)

    def roll_all(self, track: str | None = None) -> None:
        """Put new loops from the model into all corners of `track`, None being the one in front."""
        for corner in range(CORNER_COUNT):
            self.roll(corner, track)

    def vary(self, corner: int, amount: float = VARY_AMOUNT, track: str | None = None) -> None:
        """Vary the loop of a `corner` (0-3) of `track`, the more the larger `amount` (0-1) is."""
        self._vary(corner, self._document.track(track).corners[corner], amount, Source.PALETTE, track)

    # -- ends of the morph ----------------------------------------------------------------------

    def roll_end(self, end: int, track: str | None = None) -> None:
        """Put a new loop from the model at an `end` (0 or 1) of the morph of `track`, if it has one."""
        if self._document.track(track).morph is not None:
            self._roll(end, Source.MORPH, track)

    def vary_end(self, end: int, amount: float = VARY_AMOUNT, track: str | None = None) -> None:
        """Vary the loop at an `end` (0 or 1) of the morph of `track`, the more the larger `amount` (0-1)."""
        morph = self._document.track(track).morph
        if morph is not None:
            self._vary(end, morph.ends[end], amount, Source.MORPH, track)

    # -- to the worker and back -----------------------------------------------------------------

    def _roll(self, index: int, source: Source, track: str | None) -> None:
        this = self._document.track(track)
        if self._has_model(this):
            target, key = DecodeTarget(this.name, source), self._document.session.key_of(this)
            self._worker.request(DiceRequest(target, index, this.kind, this.model, self._make_seed(), key))

    def _vary(self, index: int, loop: Loop, amount: float, source: Source, track: str | None) -> None:
        this = self._document.track(track)
        if self._has_model(this):
            target, key = DecodeTarget(this.name, source), self._document.session.key_of(this)
            seed = self._make_seed()
            self._worker.request(VaryRequest(target, index, this.kind, this.model, seed, loop, amount, key))

    def _has_model(self, track: Track) -> bool:
        """Say whether a loop can come, now or once the model is loaded; tell if not."""
        state = self._palettes.model_states.get(track.model, ModelState.LOADING)
        if state is ModelState.FAILED:
            self._messages.warn("Dice and vary need the model, which could not be loaded.")
        elif state is ModelState.LOADING:
            self._messages.info("The dice fall as soon as the model is loaded.")
        return state is not ModelState.FAILED

    @Slot(object)
    def _on_worker_cornerReady(self, result: CornerResult) -> None:
        target = result.request.target
        if target.track not in self._document.session.track_names:
            return
        with self._document.outside_gesture():
            if target.source is Source.PALETTE:
                self._put_into_corner(result)
            else:
                self._put_at_end(result)

    def _put_into_corner(self, result: CornerResult) -> None:
        request = result.request
        track = self._document.track(request.target.track)
        name, text = _named(result, track.corner_names[request.index], "Vary corner")
        self._corners.put(request.index, result.loop, name, text, track.name)

    def _put_at_end(self, result: CornerResult) -> None:
        request = result.request
        track = self._document.track(request.target.track)
        if track.morph is not None:
            name, text = _named(result, track.morph.names[request.index], "Vary end")
            morph = with_end(track.morph, request.index, result.loop, name)
            self._morphs.put(morph, text, track=track.name)


def _named(result: CornerResult, before: str, vary_text: str) -> tuple[str, str]:
    """Return the name of a new loop, and what is said of it in the undo menu."""
    if isinstance(result.request, DiceRequest):
        return f"Dice {result.request.seed}", "Dice"
    return before.removesuffix(" (varied)") + " (varied)", vary_text
