"""The controller: all that the window reads, hears and calls; it knows no widgets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from blender_app.core.drums import DrumLoop
from blender_app.core.errors import FileError
from blender_app.core.time import Timeline
from blender_app.engine import messages as m
from blender_app.session import export
from blender_app.session.document import CORNER_COUNT, MAX_LATENCY_S, MIN_LATENCY_S, Point, clamp
from blender_app.session.instrument import Instrument
from blender_app.session.path import PathPlan, position_at
from blender_app.session.requests import DiceRequest, PathRequest, VaryRequest
from blender_app.session.status import Status

VIRTUAL_PORT_NAME = "Loopweave"


class Controller(Instrument):
    """Everything that the window needs: values to show, signals, and methods to call.

    Made, started and closed as told in `Instrument`; edits are in `SessionEditor`, files in
    `FilingEditor`, where their signals are told as well.
    """

    # -- reading --------------------------------------------------------------------------------

    @property
    def cells(self) -> list[list[DrumLoop]]:
        """Loops of the palette's cells, row by row; empty before the first palette."""
        return self._cells

    @property
    def held(self) -> tuple[float, ...] | None:
        """Share (0-1) of each corner's steps that the model says by itself; None without a model."""
        return self._held

    @property
    def sounding(self) -> DrumLoop:
        """The loop that sounds, or would if the transport ran."""
        return self._playback.sounding

    @property
    def waiting(self) -> DrumLoop | None:
        """The loop that comes next, None if nothing waits."""
        return self._playback.waiting

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
        """Devices and model."""
        return self._status

    @property
    def kits(self) -> tuple[m.Kit, ...]:
        """The font's drum kits."""
        return self._playback.kits

    @property
    def ports(self) -> tuple[str, ...]:
        """Names of the MIDI ports that can be opened."""
        return self._playback.ports

    def playhead_step(self, now_s: float) -> float | None:
        """Return which row of the loop (0 up to 32) sounds at a moment; None while stopped."""
        return self._playback.row_at(now_s)

    def path_position(self, now_s: float) -> Point | None:
        """Return where the path's bead is at a moment; None if no path plays."""
        path = self._session.path
        if path is None or not path.playing:
            return None
        step, plan = self._playback.step_at(now_s), self._playback.sounding_path
        if step is None or plan is None:
            return position_at(path, 0.0)
        return position_at(path, max(step - plan.anchor_step, 0.0))

    # -- transport and devices ------------------------------------------------------------------

    def play(self) -> None:
        """Start from where the transport stands; an engine that had failed is started as well."""
        if self._running and not self._playback.started:
            self.restart_engine()
        self._playback.send(m.Play())

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

    def preview_hit(self, voice: int, velocity: int) -> None:
        """Sound one voice at once."""
        self._playback.send(m.Preview(voice, min(max(velocity, 1), 127)))

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

    def set_channel(self, channel: int) -> None:
        """Set the MIDI channel, 0-15, for this session and later ones."""
        self.edit("MIDI channel", midi=replace(self._session.midi, channel=channel))
        self._keep_routing()

    def set_latency(self, latency_s: float) -> None:
        """Send MIDI notes later than their time, brought into -0.02 to 0.5 seconds."""
        latency_s = clamp(latency_s, MIN_LATENCY_S, MAX_LATENCY_S)
        self.edit("MIDI latency", "latency", midi=replace(self._session.midi, latency_s=latency_s))

    def set_font(self, path: str | None) -> None:
        """Choose a SoundFont, now and for later sessions; None is the shipped one."""
        self._settings.font = path
        super().set_font(path)

    def set_note_map(self, notes: tuple[int, ...]) -> None:
        """Set the MIDI note of each of the nine voices, for this session and later ones."""
        self.edit("Note map", "note map", midi=replace(self._session.midi, note_map=notes))
        self._keep_routing()

    def _keep_routing(self) -> None:
        midi = self._session.midi
        self._settings.routing = (midi.channel, *midi.note_map)

    # -- corners out of the model, or out of files ----------------------------------------------

    def dice_corner(self, index: int) -> None:
        """Put a new loop from the model into a corner."""
        if self._has_model():
            self._worker.request(DiceRequest(index, self._make_seed()))

    def vary_corner(self, index: int, amount: float = 0.3) -> None:
        """Vary a corner's loop, the more the larger `amount` (0-1) is."""
        if self._has_model():
            loop = self._session.corners[index]
            self._worker.request(VaryRequest(index, loop, amount, self._make_seed()))

    def dice_all(self) -> None:
        """Put new loops from the model into all corners."""
        for index in range(CORNER_COUNT):
            self.dice_corner(index)

    def import_corner(self, index: int, path: str | Path) -> bool:
        """Put the first two bars of a MIDI file into a corner; return whether there were any."""
        try:
            loop = export.import_loop(Path(path))
        except FileError as error:
            self._tell_error(error)
            return False
        self.set_corner(index, loop, Path(path).stem, "Import MIDI file")
        return True

    # -- export ---------------------------------------------------------------------------------

    def export_cell(self, path: str | Path, row: int | None = None, col: int | None = None) -> bool:
        """Write a cell as a MIDI or WAV file; without row and column, what sounds at the puck."""
        if row is None or col is None:
            x, y = self._session.puck
            return self.export_loop(path, self.sounding, f"column {x:.2f}, row {y:.2f}")
        return self.export_loop(path, self._cells[row][col], f"row {row + 1}, column {col + 1}")

    def export_grid(self, path: str | Path) -> bool:
        """Write all cells as one MIDI file with markers, or as one WAV file."""
        return self.export_cells(path, self._cells)

    def export_path(self, path: str | Path) -> bool:
        """Write what the path plays as a MIDI or WAV file, once it is decoded."""
        drawn = self._session.path
        if drawn is None:
            self.messageShown.emit("warning", "There is no path to export: draw one on the palette.")
            return False
        self._worker.request(PathRequest(PathPlan(drawn), target=Path(path)))
        return True
