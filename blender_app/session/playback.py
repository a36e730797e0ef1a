"""What plays and sounds: the transport, and what each track was given to play.

Methods that take a track mean the one in front where none is given.
"""

from __future__ import annotations

import threading
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal, Slot

from blender_app.core.checks import Point
from blender_app.core.notes import Pattern
from blender_app.core.time import Timeline
from blender_app.engine import messages as m
from blender_app.session import commands
from blender_app.session.anchors import Place, are_swapped, from_start, lap_anchor, place_of
from blender_app.session.devices import Devices
from blender_app.session.document import Document
from blender_app.session.engine_link import Changes, EngineLink
from blender_app.session.path import PathPlan, position_at
from blender_app.session.played import Played, PlayedLoop, PlayedPath
from blender_app.session.requests import (
    DecodeTarget,
    LoopRequest,
    LoopResult,
    PaletteResult,
    PathRequest,
    PathResult,
)
from blender_app.session.session import Loop, Source, Track
from blender_app.session.worker import DecodeWorker


class Playback(QObject):
    """Lets the tracks of a document sound where their pucks, sliders and paths are.

    Parameters
    ----------
    document
        Whose tracks play.
    link
        To the engine.
    worker
        Decodes what is to be played.
    devices
        Run the engine.
    parent
        Qt parent.

    Notes
    -----
    `soundingChanged` carries the name of a track of which something else sounds, or will sound.

    What the worker decodes goes to the engine from the worker's thread, so that a window that stalls
    delays no change of sound. All else is called, and all signals come, in the thread of the window.
    """

    transportChanged = Signal()
    soundingChanged = Signal(str)
    _sent = Signal(str)

    def __init__(
        self,
        document: Document,
        link: EngineLink,
        worker: DecodeWorker,
        devices: Devices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._link = link
        self._worker = worker
        self._devices = devices
        self._metronome = False
        self._played_at: dict[str, Place] = {}
        self._turned: set[str] = set()
        self._lock = threading.RLock()
        """Held while a decoded loop or path is judged and sent, or a track ends."""
        for ready, play in (
            (worker.paletteReady, self._on_worker_paletteReady),
            (worker.loopReady, self._on_worker_loopReady),
            (worker.pathReady, self._on_worker_pathReady),
        ):
            ready.connect(play, Qt.ConnectionType.DirectConnection)
        self._sent.connect(self.soundingChanged)
        devices.engineStarted.connect(self._on_devices_engineStarted)
        devices.engineRestarted.connect(self._on_devices_engineRestarted)
        devices.engineEnded.connect(self.transportChanged)
        devices.engineTold.connect(self._on_devices_engineTold)

    # -- reading --------------------------------------------------------------------------------

    @property
    def playing(self) -> bool:
        """Whether the transport runs."""
        return self._link.playing

    @property
    def timeline(self) -> Timeline | None:
        """Where the transport is on the monotonic clock; None before the engine said so."""
        return self._link.timeline

    @property
    def sounding(self) -> Loop:
        """The front loop that sounds, or would if the transport ran."""
        return self.sounding_of(self._document.session.front)

    def sounding_of(self, track: str) -> Loop:
        """Return the loop of `track` that sounds, or would if the transport ran."""
        return self._link.sounding(track) or self._document.track(track).kind.empty_loop()

    @property
    def waiting(self) -> Loop | None:
        """The front loop that comes next, None if nothing waits."""
        return self.waiting_of(self._document.session.front)

    def waiting_of(self, track: str) -> Loop | None:
        """Return the loop of `track` that comes next, None if nothing waits."""
        return self._link.waiting(track)

    def playhead_step(self, now_s: float) -> float | None:
        """Return which step of the transport, from 0 on, is heard at `now_s`; None while stopped."""
        return self._link.playhead_at(now_s)

    def path_position(self, now_s: float, track: str | None = None) -> Point | None:
        """Return where the playhead of a path or sweep is; None if none plays.

        Parameters
        ----------
        now_s
            The moment, in monotonic seconds.
        track
            Whose path.
        """
        this = self._document.track(track)
        path = this.playing_path
        if path is None:
            return None
        step, played = self._link.step_at(now_s), self._link.sounding_path(this.name)
        if step is None or played is None or played.source is not this.source:
            return position_at(path, 0.0) if this.source is Source.PALETTE else this.place
        return position_at(path, max(step - played.plan.anchor_step, 0.0))

    def pattern_from_start(self, track: str) -> Pattern | None:
        """Return what `track` plays as it is when the transport begins; None before anything does."""
        played = self._link.current(track)
        return None if played is None else from_start(self._document.track(track), played).pattern(0)

    # -- transport ------------------------------------------------------------------------------

    def play(self, count_in_bars: int = 0) -> None:
        """Start from where the transport stands, after `count_in_bars` bars of clicks.

        An engine that had failed is started as well.
        """
        self._devices.start_failed_engine()
        self._link.send(m.Play(count_in_bars))

    def stop(self) -> None:
        """Stop and go back to the beginning."""
        self._link.send(m.Stop())

    def toggle_play(self) -> None:
        """Play if stopped, stop if playing."""
        if self.playing:
            self.stop()
        else:
            self.play()

    def panic(self) -> None:
        """Silence everything at once."""
        self._link.send(m.Panic())

    def set_metronome(self, enabled: bool) -> None:
        """Let each beat click (`enabled`), or not."""
        self._metronome = enabled
        self._link.send(m.SetMetronome(enabled))

    def preview_hit(self, voice: int, velocity: int, track: str | None = None) -> None:
        """Sound a `voice` (0-8) of the drum `track` at once, with a `velocity` of 1-127."""
        self._link.send(m.Preview(self._document.track(track).name, commands.hit(voice, velocity)))

    def preview_note(
        self,
        pitch: int,
        velocity: int,
        track: str | None = None,
        length_steps: float = commands.PREVIEW_STEPS,
    ) -> None:
        """Sound one note of a melodic track at once.

        Parameters
        ----------
        pitch, velocity
            Of the note, brought into MIDI's range.
        track
            With whose sound.
        length_steps
            How long, in sixteenths.
        """
        note = commands.note(pitch, velocity, length_steps)
        self._link.send(m.Preview(self._document.track(track).name, note))

    # -- what the tracks play -------------------------------------------------------------------

    def follow_track(self, before: Track | None, track: Track) -> None:
        """Ask for what a track plays if it has moved.

        Parameters
        ----------
        before
            The track as it was; None for a new one, which waits for its palette.
        track
            The track as it is.
        """
        if before is None:
            return
        if are_swapped(before.morph, track.morph):
            with self._lock:
                self._turned ^= {track.name}
        if place_of(before) != place_of(track):
            self._request(track, self._document.session.change_at)

    def forget(self, track: str) -> None:
        """End a `track` that is no more."""
        with self._lock:
            self._link.remove(track)
            self._played_at.pop(track, None)
            self._turned.discard(track)

    def _play_again(self, target: DecodeTarget) -> None:
        """Ask for what plays where we are on a target that was decoded anew.

        It is to be heard at once, but what waits still waits. It is asked for even if the palette is no
        more the newest: a long drag would be silent.
        """
        track = self._track_playing(target)
        if track is None:
            return
        moved = place_of(track) != self._played_at.get(track.name)
        moved = moved or self._link.waiting(track.name) is not None
        self._request(track, self._document.session.change_at if moved else m.ChangeAt.STEP)

    def _request(self, track: Track, change_at: m.ChangeAt) -> None:
        """Ask for what a track's path or else its puck plays."""
        target, path = DecodeTarget(track.name, track.source), track.playing_path
        if path is not None:
            self._worker.request(PathRequest(target, PathPlan(path), change_at))
        else:
            self._worker.request(LoopRequest(target, track.place, change_at))

    def _track_playing(self, target: DecodeTarget) -> Track | None:
        """Return the track of a target if it is still there and sounds by this target."""
        session = self._document.session
        if target.track not in session.track_names or not self._devices.running:
            return None
        track = session.track(target.track)
        return track if track.source is target.source else None

    # -- in the worker's thread -----------------------------------------------------------------

    @Slot(object)
    def _on_worker_paletteReady(self, result: PaletteResult) -> None:
        with self._lock:
            self._play_again(result.request.target)

    @Slot(object)
    def _on_worker_loopReady(self, result: LoopResult) -> None:
        request = result.request
        with self._lock:
            track = self._track_playing(request.target)
            if track is not None and not track.path_plays:
                self._played_at[track.name] = request.target.source, request.point
                self._play(track, PlayedLoop(result.loop), request.change_at)

    @Slot(object)
    def _on_worker_pathReady(self, result: PathResult) -> None:
        request = result.request
        if request.file is not None:
            return
        target, plan, change_at = request.target, request.plan, request.change_at
        with self._lock:
            playing = self._track_playing(target)
            if (
                playing is not None and playing.path_plays
            ):  # even if a node has moved on: what is newer follows
                self._played_at[playing.name] = target.source, plan.path
                anchored = self._anchored(playing, plan, change_at)
                self._play(playing, PlayedPath(anchored, result.loops, target.source), change_at)

    # -- to the engine and back -----------------------------------------------------------------

    def _play(self, track: Track, played: Played, change_at: m.ChangeAt) -> None:
        if self._link.play(track.name, played, change_at):
            self._sent.emit(track.name)

    def _anchored(self, track: Track, plan: PathPlan, change_at: m.ChangeAt) -> PathPlan:
        """Return a path's plan with the transport step on which its lap begins."""
        turned = track.name in self._turned
        self._turned.discard(track.name)
        step, current = self._link.step_now(), self._link.current_path(track.name)
        same = current is not None and current.source is track.source
        before = current.plan if current is not None and same else None
        sounding = self._link.sounding_rounds(track.name)
        return replace(
            plan, anchor_step=lap_anchor(track, before, plan.path, step, change_at, sounding, turned)
        )

    @Slot()
    def _on_devices_engineStarted(self) -> None:
        if self._metronome:
            self._link.send(m.SetMetronome(True))

    @Slot(bool)
    def _on_devices_engineRestarted(self, was_playing: bool) -> None:
        for track in self._document.session.tracks:
            self._request(track, m.ChangeAt.STEP)
        if was_playing:
            self._link.send(m.Play())
        self.transportChanged.emit()

    @Slot(object)
    def _on_devices_engineTold(self, changes: Changes) -> None:
        if "stopped" in changes.names:
            self._return_paths_to_start()
        if "transport" in changes.names:
            self.transportChanged.emit()
        for track in changes.sounding:
            self.soundingChanged.emit(track)

    def _return_paths_to_start(self) -> None:
        """Let the paths begin their laps at step 0 again once the transport has stopped."""
        with self._lock:
            for track in self._document.session.tracks:
                current = self._link.current_path(track.name)
                if current is not None:
                    self._play(track, from_start(track, current), m.ChangeAt.STEP)
