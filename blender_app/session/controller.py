"""The controller: all that the window reads, hears and calls; it knows no widgets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from blender_app.core.errors import FileError
from blender_app.core.time import STEPS_PER_BAR, Timeline
from blender_app.engine import messages as m
from blender_app.session import commands, export
from blender_app.session.checks import clamp
from blender_app.session.document import (
    CORNER_COUNT,
    MAX_LATENCY_S,
    MIN_LATENCY_S,
    DrawnPath,
    Loop,
    Mixer,
    Point,
    Source,
    Track,
    TrackKind,
    new_track,
)
from blender_app.session.instrument import Instrument
from blender_app.session.path import PathPlan, position_at
from blender_app.session.performance import length_of
from blender_app.session.requests import DiceRequest, PathRequest, Surface, VaryRequest
from blender_app.session.status import Status

VIRTUAL_PORT_NAME = "Loopweave"
VARY_AMOUNT = 0.3


class Controller(Instrument):
    """Everything that the window needs: values to show, signals, and methods to call.

    Made, started and closed as told in `Instrument`; edits are in `SessionEditor`, `TrackEditor` and
    `CornerEditor`, files in `FilingEditor`, where their signals are told as well. What has no track,
    or gets None for it, means the one in front.
    """

    # -- reading --------------------------------------------------------------------------------

    @property
    def cells(self) -> list[list[Loop]]:
        """Loops of the front palette's cells, row by row; empty before the first palette."""
        return self.cells_of(self._session.front)

    def cells_of(self, track: str) -> list[list[Loop]]:
        """Return the loops of a palette's cells, row by row; empty before the first palette."""
        return self._cells.get(Surface(track), [])

    @property
    def held(self) -> tuple[float, ...] | None:
        """Share (0-1) of each front corner's steps that the model says by itself; None without a model."""
        return self.held_of(self._session.front)

    def held_of(self, track: str) -> tuple[float, ...] | None:
        """Return the share (0-1) of each corner's steps that the model says by itself, or None."""
        return self._held.get(Surface(track))

    def mixer_loops_of(self, track: str) -> list[Loop]:
        """Return the loops of a mixer's steps; empty before they are decoded."""
        rows = self._cells.get(Surface(track, Source.MIXER), [])
        return rows[0] if rows and self._track(track).mixer is not None else []

    @property
    def sounding(self) -> Loop:
        """The front loop that sounds, or would if the transport ran."""
        return self.sounding_of(self._session.front)

    def sounding_of(self, track: str) -> Loop:
        """Return the loop of a track that sounds, or would if the transport ran."""
        return self._playback.sounding(track) or self._track(track).kind.empty_loop()

    @property
    def waiting(self) -> Loop | None:
        """The front loop that comes next, None if nothing waits."""
        return self.waiting_of(self._session.front)

    def waiting_of(self, track: str) -> Loop | None:
        """Return the loop of a track that comes next, None if nothing waits."""
        return self._playback.waiting(track)

    @property
    def playing(self) -> bool:
        """Whether the transport runs."""
        return self._playback.playing

    @property
    def timeline(self) -> Timeline | None:
        """Where the transport is on the monotonic clock; None before the engine said so."""
        return self._playback.timeline

    @property
    def status(self) -> Status:
        """Devices and models."""
        return self._status

    @property
    def kits(self) -> tuple[m.Kit, ...]:
        """The font's drum kits."""
        return self._playback.audio.kits

    @property
    def sounds(self) -> tuple[m.Kit, ...]:
        """The font's melodic sounds."""
        return self._playback.audio.sounds

    @property
    def ports(self) -> tuple[str, ...]:
        """Names of the MIDI ports that can be opened."""
        return self._playback.ports

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the MIDI inputs that can be opened."""
        return self._playback.inputs

    @property
    def input(self) -> str | None:
        """The MIDI input that notes are taken from, or None."""
        return self._playback.open_input

    def playhead_step(self, now_s: float) -> float | None:
        """Return which row of the loop (0 up to 32) sounds at a moment; None while stopped."""
        return self._playback.row_at(now_s)

    def path_position(self, now_s: float, track: str | None = None) -> Point | None:
        """Return where the bead of a path or sweep is at a moment; None if none plays."""
        this = self._track(track)
        path = this.playing_path
        if path is None:
            return None
        step, played = self._playback.step_at(now_s), self._playback.sounding_path(this.name)
        if step is None or played is None or played.source is not this.source:
            return position_at(path, 0.0) if this.source is Source.PALETTE else this.place
        return position_at(path, max(step - played.plan.anchor_step, 0.0))

    # -- transport and devices ------------------------------------------------------------------

    def play(self, count_in_bars: int = 0) -> None:
        """Start from where the transport stands; an engine that had failed is started as well."""
        if self._running and not self._playback.started:
            self.restart_engine()
        self._playback.send(m.Play(count_in_bars))

    def stop(self) -> None:
        """Stop and go back to the beginning."""
        self._playback.send(m.Stop())

    def toggle_play(self) -> None:
        """Play if stopped, stop if playing."""
        if self.playing:
            self.stop()
        else:
            self.play()

    def panic(self) -> None:
        """Silence everything at once."""
        self._playback.send(m.Panic())

    def set_metronome(self, enabled: bool) -> None:
        """Let each beat click, or not."""
        self._metronome = enabled
        self._playback.send(m.SetMetronome(enabled))

    def preview_hit(self, voice: int, velocity: int, track: str | None = None) -> None:
        """Sound one voice of a drum track at once."""
        self._playback.send(m.Preview(self._track(track).name, commands.hit(voice, velocity)))

    def preview_note(
        self,
        pitch: int,
        velocity: int,
        track: str | None = None,
        length_steps: float = commands.PREVIEW_STEPS,
    ) -> None:
        """Sound one note of a melodic track at once."""
        note = commands.note(pitch, velocity, length_steps)
        self._playback.send(m.Preview(self._track(track).name, note))

    def set_audio(self, enabled: bool) -> None:
        """Switch the built-in synthesizer on or off."""
        self.apply_values({"audio_enabled": enabled})

    def open_port(self, name: str | None) -> None:
        """Send notes to a MIDI port; None closes the one that is open."""
        self._use_port(name, virtual=False)

    def open_virtual_port(self, name: str = VIRTUAL_PORT_NAME) -> None:
        """Make a port that other programs can connect to, and send notes there."""
        self._use_port(name, virtual=True)

    def _use_port(self, name: str | None, virtual: bool) -> None:
        self._settings.last_port, self._settings.last_port_is_own = name, virtual
        self.apply_values({"midi": replace(self._session.midi, port=name, virtual=virtual)})

    def open_input(self, name: str | None) -> None:
        """Take notes from a MIDI input; None closes the one that is open."""
        self._wanted_input = name
        self._playback.send(m.OpenInput(name))

    def set_thru(self, track: str | None) -> None:
        """Let what is played on the input sound on a track at once; None on none."""
        self._thru = track
        self._playback.send(m.SetThru(track))

    def set_channel(self, channel: int, track: str | None = None) -> None:
        """Set a track's MIDI channel, 0-15; that of the drums for later sessions as well."""
        super().set_channel(channel, track)
        self._keep_routing()

    def set_note_map(self, notes: tuple[int, ...], track: str | None = None) -> None:
        """Set the MIDI note of each of the nine voices, for this session and later ones."""
        super().set_note_map(notes, track)
        self._keep_routing()

    def _keep_routing(self) -> None:
        name = TrackKind.DRUMS.value
        if name in self._session.track_names:
            drums = self._session.track(name)
            self._settings.routing = (drums.channel, *(drums.note_map or ()))

    def set_latency(self, latency_s: float) -> None:
        """Send MIDI notes later than their time, brought into -0.02 to 0.5 seconds."""
        latency_s = clamp(latency_s, MIN_LATENCY_S, MAX_LATENCY_S)
        self.edit("MIDI latency", "latency", midi=replace(self._session.midi, latency_s=latency_s))

    def set_font(self, path: str | None) -> None:
        """Choose a SoundFont, now and for later sessions; None is the shipped one."""
        self._settings.font = path
        super().set_font(path)

    # -- loops out of the model, or out of files ------------------------------------------------

    def dice_corner(self, index: int, track: str | None = None) -> None:
        """Put a new loop from the model into a corner."""
        self._dice(index, Source.PALETTE, track)

    def vary_corner(self, index: int, amount: float = VARY_AMOUNT, track: str | None = None) -> None:
        """Vary a corner's loop, the more the larger `amount` (0-1) is."""
        self._vary(index, self._track(track).corners[index], amount, Source.PALETTE, track)

    def dice_all(self, track: str | None = None) -> None:
        """Put new loops from the model into all corners."""
        for index in range(CORNER_COUNT):
            self.dice_corner(index, track)

    def dice_end(self, index: int, track: str | None = None) -> None:
        """Put a new loop from the model at an end (0 or 1) of the mixer."""
        if self._track(track).mixer is not None:
            self._dice(index, Source.MIXER, track)

    def vary_end(self, index: int, amount: float = VARY_AMOUNT, track: str | None = None) -> None:
        """Vary the loop at an end (0 or 1) of the mixer."""
        mixer = self._track(track).mixer
        if mixer is not None:
            self._vary(index, mixer.ends[index], amount, Source.MIXER, track)

    def _dice(self, index: int, source: Source, track: str | None) -> None:
        this = self._track(track)
        if self._has_model(this):
            surface, key = Surface(this.name, source), self._session.key_of(this)
            model = commands.model_of(this)
            self._worker.request(DiceRequest(surface, index, this.kind, model, self._make_seed(), key))

    def _vary(self, index: int, loop: Loop, amount: float, source: Source, track: str | None) -> None:
        this = self._track(track)
        if self._has_model(this):
            surface, key, seed = Surface(this.name, source), self._session.key_of(this), self._make_seed()
            model = commands.model_of(this)
            self._worker.request(VaryRequest(surface, index, this.kind, model, seed, loop, amount, key))

    def import_corner(self, index: int, path: str | Path, track: str | None = None) -> bool:
        """Put the first two bars of a MIDI file into a corner; return whether there were any."""
        loop = self.read_loop(path, track)
        if loop is None:
            return False
        self.set_corner(index, loop, Path(path).stem, "Import MIDI file", track, drawn=True)
        return True

    def read_loop(self, path: str | Path, track: str | None = None) -> Loop | None:
        """Return the first two bars of a MIDI file for a track; if there are none, tell why."""
        try:
            return export.import_loop(Path(path), self._track(track).kind)
        except FileError as error:
            self._tell_error(error)
            return None

    def set_mixer(
        self, mixer: Mixer | None, text: str, merge_key: str | None = None, track: str | None = None
    ) -> None:
        """Set, change or (None) remove the mixer; a slider whose sweep ends stays where it has come."""
        this = self._track(track)
        before = this.mixer
        ends = mixer and before and before.sweeping and not mixer.sweeping
        if mixer and ends and before and mixer.position == before.position and this.path_plays:
            bead = self.path_position(self._clock(), this.name)
            if bead is not None:
                mixer = replace(mixer, position=bead[0])
        super().set_mixer(mixer, text, merge_key, track)

    # -- export ---------------------------------------------------------------------------------

    def export_cell(
        self, path: str | Path, row: int | None = None, col: int | None = None, track: str | None = None
    ) -> bool:
        """Write a cell as a MIDI or WAV file; without row and column, what sounds."""
        this = self._track(track)
        if row is None or col is None:
            x, y = this.place
            loop, name = self.sounding_of(this.name), f"column {x:.2f}, row {y:.2f}"
        else:
            loop, name = self.cells_of(this.name)[row][col], f"row {row + 1}, column {col + 1}"
        return self._export(Path(path), export.loop_music(loop, name, this))

    def export_loop(self, path: str | Path, loop: Loop, kind: TrackKind) -> bool:
        """Write any loop as a MIDI or WAV file, with the sound of a track of its kind."""
        return self._export(Path(path), self._loop_music(path, loop, kind))

    def write_loop(self, path: str | Path, loop: Loop, kind: TrackKind) -> bool:
        """Write any loop as a MIDI file for another program, without a word when all is well."""
        return self._export(Path(path).with_suffix(".mid"), self._loop_music(path, loop, kind), told=False)

    def _loop_music(self, path: str | Path, loop: Loop, kind: TrackKind) -> export.Music:
        front = self._session.front_track
        others = (track for track in self._session.tracks if track.kind is kind)
        track = front if front.kind is kind else next(others, None) or new_track(kind)
        return export.loop_music(loop, Path(path).stem, track)

    def export_band(self, path: str | Path) -> bool:
        """Write what all tracks play, once through the longest of them, as a MIDI or WAV file."""
        parts = []
        for track in self._session.tracks:
            played = self._playback.current(track.name)
            if played is None:
                self.messageShown.emit("warning", f"Nothing was exported: {track.name} is not ready yet.")
                return False
            parts.append((track, self._from_start(track, played).pattern(0)))
        return self._export(Path(path), export.band_music(parts, length_of(parts) * STEPS_PER_BAR))

    def export_grid(self, path: str | Path, track: str | None = None) -> bool:
        """Write all cells as one MIDI file with markers, or as one WAV file."""
        this = self._track(track)
        return self._export(Path(path), export.grid_music(self.cells_of(this.name), this))

    def export_path(self, path: str | Path, track: str | None = None) -> bool:
        """Write what the path or sweep plays as a MIDI or WAV file, once it is decoded."""
        this = self._track(track)
        drawn = _drawn_path(this)
        if drawn is None:
            self.messageShown.emit("warning", "There is no path to export: draw one on the palette.")
            return False
        surface = Surface(this.name, this.source)
        self._worker.request(PathRequest(surface, PathPlan(drawn), target=Path(path)))
        return True


def _drawn_path(track: Track) -> DrawnPath | None:
    """Return the path or the sweep of a track, whether it plays or not."""
    if track.source is Source.MIXER and track.mixer is not None:
        return replace(track.mixer, sweeping=True).sweep
    return track.path
