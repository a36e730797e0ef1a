"""The session made audible: tracks ask the decode worker for loops, and play what it answers."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from blender_app.engine import messages as m
from blender_app.session import commands, export
from blender_app.session.checks import Point
from blender_app.session.document import DrawnPath, Loop, Mixer, Session, Source, Track
from blender_app.session.filing import FilingEditor
from blender_app.session.mixing import sweep_anchor, with_end
from blender_app.session.models import Model, StoredPalette
from blender_app.session.path import PathPlan, begins_anew, continued_anchor, next_boundary
from blender_app.session.playback import Engine, Playback, Played, PlayedLoop, PlayedPath
from blender_app.session.requests import (
    CornerResult,
    DiceRequest,
    ForgetRequest,
    LoopRequest,
    LoopResult,
    PaletteResult,
    PathRequest,
    PathResult,
    Surface,
)
from blender_app.session.settings import Settings
from blender_app.session.status import ModelState
from blender_app.session.worker import DecodeWorker

SEEDS = 10_000

Place = tuple[Source, Point | DrawnPath]

_log = logging.getLogger(__name__)


class Band(FilingEditor):
    """A session whose tracks sound.

    Parameters
    ----------
    make_engine
        Returns an engine that is not started yet.
    load_model
        Returns the model of a name; called in a thread of the worker.
    load_stored
        Returns the palette that answers for a kind of track until its model is there, or None.
    settings, state_folder, session, clock, parent
        As in `FilingEditor`.

    Notes
    -----
    `cellsChanged`, `mixerChanged` and `soundingChanged` carry the name of the track.
    """

    cellsChanged = Signal(str)
    mixerChanged = Signal(str)
    soundingChanged = Signal(str)

    def __init__(
        self,
        make_engine: Callable[[], Engine],
        load_model: Callable[[str], Model],
        load_stored: Callable[[str], StoredPalette | None],
        settings: Settings,
        state_folder: Path,
        session: Session | None = None,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(settings, state_folder, session, clock, parent)
        self._playback = Playback(make_engine, clock)
        self._worker = DecodeWorker(load_model, load_stored, self)
        self._cells: dict[Surface, list[list[Loop]]] = {}
        self._held: dict[Surface, tuple[float, ...] | None] = {}
        self._model_states: dict[str, ModelState] = {}
        self._model_hashes: dict[str, str] = {}
        self._played_at: dict[str, Place] = {}
        self._turned: set[str] = set()
        self._running = False
        self._make_seed: Callable[[], int] = lambda: secrets.randbelow(SEEDS)
        self._worker.paletteReady.connect(self._on_worker_paletteReady)
        self._worker.loopReady.connect(self._on_worker_loopReady)
        self._worker.pathReady.connect(self._on_worker_pathReady)
        self._worker.cornerReady.connect(self._on_worker_cornerReady)
        self._worker.modelReady.connect(self._on_worker_modelReady)
        self._worker.modelFailed.connect(self._on_worker_modelFailed)
        self._worker.failed.connect(self._on_worker_failed)

    # -- to the worker --------------------------------------------------------------------------

    def _follow_tracks(self, before: Session | None) -> None:
        """Ask for what the tracks need after the session was `before`, the one in front first."""
        session = self._session
        earlier = {track.name: track for track in before.tracks} if before else {}
        for track in sorted(session.tracks, key=lambda track: track.name != session.front):
            old = earlier.get(track.name)
            if before is None or old is None:
                self._follow_track(None, track)
            elif track is not old or session.scale != before.scale:
                self._follow_track((before, old), track)

    def _follow_track(self, before: tuple[Session, Track] | None, track: Track) -> None:
        """Ask for what a track needs after it was otherwise `before`; None is a new one."""
        for source in Source:
            request = commands.palette_request(self._session, track, source)
            if request is not None and (
                before is None or commands.palette_request(*before, source) != request
            ):
                self._worker.request(request)
        if before is not None and _are_swapped(before[1].mixer, track.mixer):
            self._turned ^= {track.name}
        if before is not None and _place(before[1]) != _place(track):
            self._request_sound(track, self._session.change_at)

    def _forget(self, name: str) -> None:
        """Let go of a track that is no more."""
        self._playback.remove(name)
        self._played_at.pop(name, None)
        self._turned.discard(name)
        for source in Source:
            surface = Surface(name, source)
            self._worker.request(ForgetRequest(surface))
            self._cells.pop(surface, None)
            self._held.pop(surface, None)

    def _request_sound(self, track: Track, change_at: m.ChangeAt) -> None:
        """Ask for what a track's path or else its puck plays."""
        surface, path = Surface(track.name, track.source), track.playing_path
        if path is not None:
            self._worker.request(PathRequest(surface, PathPlan(path), change_at))
        else:
            self._worker.request(LoopRequest(surface, track.place, change_at))

    def _request_sound_again(self, track: Track) -> None:
        """Ask for what plays where we are, from another palette: at once, but what waits still waits."""
        moved = _place(track) != self._played_at.get(track.name)
        moved = moved or self._playback.waiting(track.name) is not None
        self._request_sound(track, self._session.change_at if moved else m.ChangeAt.STEP)

    def _session_to_save(self) -> Session:
        models = {**dict(self._session.models), **self._model_hashes}
        return replace(self._session, models=tuple(models.items()))

    def _track_playing(self, surface: Surface) -> Track | None:
        """Return the track of a surface if it is still there and sounds by this surface."""
        if surface.track not in self._session.track_names or not self._running:
            return None
        track = self._session.track(surface.track)
        return track if track.source is surface.source else None

    # -- from the worker ------------------------------------------------------------------------

    @Slot(object)
    def _on_worker_paletteReady(self, result: PaletteResult) -> None:
        request, surface = result.request, result.request.surface
        if surface.track not in self._session.track_names or not self._running:
            return
        wanted = commands.palette_request(self._session, self._session.track(surface.track), surface.source)
        if wanted is None or (request.rows, request.cols) != (wanted.rows, wanted.cols):
            return
        self._cells[surface], self._held[surface] = result.cells, result.held
        (self.cellsChanged if surface.source is Source.PALETTE else self.mixerChanged).emit(surface.track)
        track = self._track_playing(surface)
        if track is not None:
            self._request_sound_again(track)  # even if it is no more the newest: a long drag would be silent

    @Slot(object)
    def _on_worker_loopReady(self, result: LoopResult) -> None:
        request = result.request
        track = self._track_playing(request.surface)
        if track is not None and not track.path_plays:
            self._played_at[track.name] = request.surface.source, request.point
            self._play(track, PlayedLoop(result.loop), request.change_at)

    @Slot(object)
    def _on_worker_pathReady(self, result: PathResult) -> None:
        request = result.request
        surface, plan, change_at = request.surface, request.plan, request.change_at
        if request.target is not None:
            if surface.track in self._session.track_names:
                track = self._session.track(surface.track)
                self._export(request.target, export.path_music(plan, result.loops, track))
            return
        playing = self._track_playing(surface)
        if playing is not None and playing.path_plays:  # even if a node has moved on: what is newer follows
            self._played_at[playing.name] = surface.source, plan.path
            anchored = replace(plan, anchor_step=self._path_anchor(playing, plan, change_at))
            self._play(playing, PlayedPath(anchored, result.loops, surface.source), change_at)

    @Slot(object)
    def _on_worker_cornerReady(self, result: CornerResult) -> None:
        request, surface = result.request, result.request.surface
        if surface.track not in self._session.track_names:
            return
        track = self._session.track(surface.track)
        drag, self._gesture_text = self._gesture_text, None  # what comes by itself is no part of a drag
        mixer = track.mixer if surface.source is Source.MIXER else None
        names = track.corner_names if mixer is None else mixer.names
        if isinstance(request, DiceRequest):
            name, text = f"Dice {request.seed}", "Dice"
        else:
            name = names[request.index].removesuffix(" (varied)") + " (varied)"
            text = "Vary corner" if mixer is None else "Vary end"
        if surface.source is Source.PALETTE:
            self.set_corner(request.index, result.loop, name, text, track.name)
        elif mixer is not None:
            self.set_mixer(with_end(mixer, request.index, result.loop, name), text, track=track.name)
        self._gesture_text = drag

    @Slot(str, str)
    def _on_worker_modelReady(self, name: str, model_hash: str) -> None:
        _log.info("model %s %s is ready", name, model_hash)
        self._model_states[name], self._model_hashes[name] = ModelState.READY, model_hash
        self._compare_models([name])
        self._on_models_changed()

    @Slot(str, str)
    def _on_worker_modelFailed(self, name: str, message: str) -> None:
        self._model_states[name] = ModelState.FAILED
        self.messageShown.emit(
            "warning", f"{message} The corners play all the same; between them they are cross-faded."
        )
        self._on_models_changed()

    @Slot(str)
    def _on_worker_failed(self, message: str) -> None:
        self.messageShown.emit("error", message)

    def _has_model(self, track: Track) -> bool:
        """Say whether the dice can fall, now or once the model is loaded; tell if not."""
        state = self._model_states.get(commands.model_of(track), ModelState.LOADING)
        if state is ModelState.FAILED:
            self.messageShown.emit("warning", "Dice and vary need the model, which could not be loaded.")
        elif state is ModelState.LOADING:
            self.messageShown.emit("info", "The dice fall as soon as the model is loaded.")
        return state is not ModelState.FAILED

    def _compare_models(self, names: Iterable[str]) -> None:
        made_with = dict(self._session.models)
        for name in names:
            old, new = made_with.get(name), self._model_hashes.get(name)
            if old and new and old != new:
                self.messageShown.emit(
                    "warning",
                    f"This session was made with another version of the model {name}: its corners are the "
                    "same, what lies between them may differ.",
                )

    def _on_models_changed(self) -> None:
        """Let a subclass tell that a model was loaded, or could not be."""

    def _begin(self, session: Session, file: Path | None) -> None:
        midi, now = session.midi, self._session.midi
        if midi.port is None:  # then the one in use stays
            session = replace(session, midi=replace(midi, port=now.port, virtual=now.virtual))
        super()._begin(session, file)
        needed = {commands.model_of(track) for track in session.tracks}
        for name in needed:
            if self._model_states.get(name) is ModelState.FAILED:
                del self._model_states[name]
        self._worker.retry(needed)
        self._on_models_changed()
        self._compare_models(self._model_hashes)

    # -- to the engine --------------------------------------------------------------------------

    def _play(self, track: Track, played: Played, change_at: m.ChangeAt) -> None:
        if self._playback.play(track.name, played, change_at):
            self.soundingChanged.emit(track.name)

    def _path_anchor(self, track: Track, plan: PathPlan, change_at: m.ChangeAt) -> int:
        """Return the transport step on which a path's lap begins: it goes on where it is.

        A sweep between ends that changed places goes on from the other side, so that it sounds on.
        """
        turned = track.name in self._turned
        self._turned.discard(track.name)
        step, current = self._playback.step_now(), self._playback.current_path(track.name)
        if step is None:
            return _first_anchor(track, 0)
        same = current is not None and current.source is track.source
        if current is not None and same and not begins_anew(current.plan, plan.path, step):
            anchor = continued_anchor(current.plan, plan.path, step)
            return anchor - plan.path.lap_steps // 2 if turned else anchor
        return _first_anchor(track, next_boundary(step, change_at))

    def _return_paths_to_start(self) -> None:
        """Let the paths begin their laps at step 0 again once the transport has stopped."""
        for track in self._session.tracks:
            current = self._playback.current_path(track.name)
            if current is not None:
                self._play(track, self._from_start(track, current), m.ChangeAt.STEP)

    def _from_start(self, track: Track, played: Played) -> Played:
        """Return what a track plays as it is when the transport begins."""
        if isinstance(played, PlayedLoop):
            return played
        return replace(played, plan=replace(played.plan, anchor_step=_first_anchor(track, 0)))


def _place(track: Track) -> Place:
    """Return where a track plays: its path if it moves, else its point, on palette or mixer."""
    return track.source, track.playing_path or track.place


def _first_anchor(track: Track, step: int) -> int:
    """Return where a lap begins that starts at `step`: there, but a sweep starts where its slider is."""
    if track.source is Source.MIXER and track.mixer is not None:
        return sweep_anchor(track.mixer, step)
    return step


def _are_swapped(before: Mixer | None, after: Mixer | None) -> bool:
    """Say whether the ends of a sweep have changed places."""
    if before is None or after is None or not (before.sweeping and after.sweeping):
        return False
    return before.ends != after.ends and before.ends == after.ends[::-1]
