"""The band in the window: its strip, the settings of each track, the key, the link of the pucks."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial

from PySide6.QtCore import Qt, Signal, Slot

from blender_app.core.kinds import MAX_TRACKS
from blender_app.core.scales import Key
from blender_app.session import morphing
from blender_app.session.controller import Controller
from blender_app.session.session import PuckCoupling, Source, Track, TrackKind
from blender_app.ui.shell.presenter import Presenter, changed_fields_of
from blender_app.ui.shell.shell import Shell
from blender_app.ui.tracks.panel import TrackKnobs, TrackPanel, sound_choices
from blender_app.ui.tracks.strip import TrackStrip
from blender_app.ui.tracks.tile import TrackTile

_SHOWN_ON_TILE = frozenset({"mute", "solo", "volume", "sound", "source"})


class TracksPresenter(Presenter):
    """Connects the strip and the panel of track settings with the controller.

    Parameters
    ----------
    shell, controller
        As in `Presenter`.
    strip
        A tile for each track.
    knobs
        Numbers of the track in front.
    """

    notesAsked = Signal(str)
    """MIDI channel and notes of a track are to be set."""

    def __init__(self, shell: Shell, controller: Controller, strip: TrackStrip, knobs: TrackKnobs) -> None:
        super().__init__(shell, controller)
        self._strip = strip
        self._connect_strip()
        knobs.parameterTurned.connect(self._controller.document.set_track_parameter)
        knobs.gestureStarted.connect(self._controller.document.begin_gesture)
        knobs.gestureEnded.connect(self._controller.document.end_gesture)
        shell.actions["scale_lock"].triggered.connect(
            lambda value: self._controller.document.set_track_parameter("scale_lock", value)
        )
        shell.actions["use_morph"].triggered.connect(self._use_morph)
        self._connect_actions(self._functions())

    def _functions(self) -> dict[str, Callable[[], object]]:
        """Return what each action on the tracks does."""
        c = self._controller
        table: dict[str, Callable[[], object]] = {
            f"add_{kind.value}": partial(c.tracks.add, kind) for kind in TrackKind
        }
        for place in range(MAX_TRACKS):
            table[f"track_{place + 1}"] = partial(self._bring, place)
        return table | {
            "remove_track": lambda: self._remove(self._front.name),
            "track_settings": lambda: self.show_settings(self._front.name),
            "mute_track": lambda: c.document.set_track_parameter("mute", not self._front.mute),
            "solo_track": lambda: c.document.set_track_parameter("solo", not self._front.solo),
            "next_coupling": self._use_next_coupling,
            "next_track": partial(self._bring_next, 1),
            "last_track": partial(self._bring_next, -1),
        }

    def _connect_strip(self) -> None:
        c, strip = self._controller, self._strip
        strip.tileMade.connect(self._connect_tile)
        strip.couplingChosen.connect(c.place.set_coupling)
        strip.scale.keyChanged.connect(c.band.set_key)
        strip.scale.lockToggled.connect(lambda value: c.document.set_track_parameter("scale_lock", value))
        strip.scale.chords.returnPressed.connect(self._on_chords_returnPressed)
        c.devices.kitsChanged.connect(self._show_sounds)

    @Slot(TrackTile)
    def _connect_tile(self, tile: TrackTile) -> None:
        c = self._controller
        tile.chosen.connect(c.tracks.set_front)
        tile.puckMoved.connect(self._on_tile_puckMoved)
        tile.parameterTurned.connect(
            lambda track, name, value: c.document.set_track_parameter(name, value, track)
        )
        tile.soundChosen.connect(lambda name, sound: c.tracks.set_sound(sound[0], sound[1], name))
        tile.settingsAsked.connect(self.show_settings)
        tile.gestureStarted.connect(c.document.begin_gesture)
        tile.gestureEnded.connect(c.document.end_gesture)

    @cached_property
    def panel(self) -> TrackPanel:
        """Settings of a track, made when they are asked for."""
        panel = TrackPanel(self._shell.look, self._shell.window)
        self._connect_panel(panel)
        return panel

    def _connect_panel(self, panel: TrackPanel) -> None:
        c = self._controller
        panel.soundChosen.connect(lambda sound: c.tracks.set_sound(sound[0], sound[1], panel.track_name))
        panel.parameterTurned.connect(
            lambda name, value: c.document.set_track_parameter(name, value, panel.track_name)
        )
        panel.portChosen.connect(lambda port: c.tracks.open_port(port, panel.track_name))
        panel.notesAsked.connect(self._on_panel_notesAsked)
        panel.removeAsked.connect(self._on_panel_removeAsked)
        panel.gestureStarted.connect(c.document.begin_gesture)
        panel.gestureEnded.connect(c.document.end_gesture)

    # -- showing ------------------------------------------------------------------------------------

    def show_all(self) -> None:
        session = self._controller.document.session
        choices = {track.name: self._choices(track) for track in session.tracks}
        self._strip.show_tracks(session.tracks, session.front, choices)
        for track in session.tracks:
            self.show_cells(track.name)
            self.show_sounding(track.name)
        self._strip.coupling.show_value(session.coupling)
        self._show_key(session.scale)
        self._show_actions()

    def show_changes(self, names: frozenset[str]) -> None:
        session = self._controller.document.session
        if "tracks" in names:
            self.show_all()
        if "front" in names:
            self._strip.show_front(session.front)
        if "coupling" in names:
            self._strip.coupling.show_value(session.coupling)
        heard = any(name.endswith((".solo", ".mute")) for name in names)
        for track in session.tracks:
            self._show_changes_of(track, changed_fields_of(names, track.name), heard)
        of_front = {f"{session.front}.{field}" for field in ("scale_lock", "source")}
        if names & {"scale", "front", *of_front}:
            self._show_key(session.scale)
            self._show_actions()

    def _show_changes_of(self, track: Track, fields: frozenset[str], heard: bool) -> None:
        """Show what changed of one track; `heard` where mute or solo of any did."""
        if heard or fields & _SHOWN_ON_TILE:
            self._strip.show_track(track, self._controller.document.session.tracks, self._choices(track))
        if fields & {"puck", "morph", "source"}:
            self._show_place(track)
        if "source" in fields:
            self.show_cells(track.name)
        shown = "panel" in self.__dict__ and self.panel.isVisible()
        if fields and shown and track.name == self.panel.track_name:
            self._fill_panel(track)

    def show_cells(self, name: str) -> None:
        """Show the palette of track `name`, or the steps of its morph, small."""
        track = self._known(name)
        if track is None:
            return
        c = self._controller
        loops = c.palettes.morph_loops_of(name)
        cells = [loops] if track.source is Source.MORPH and loops else c.palettes.cells_of(name)
        self._strip.tiles[name].mini.set_cells(cells)

    def show_morph(self, name: str) -> None:
        """Show the steps of the morph of track `name`, small."""
        self.show_cells(name)

    def show_sounding(self, name: str) -> None:
        """Show what sounds on track `name`, small."""
        track = self._known(name)
        if track is None:
            return
        tile, sounding = self._strip.tiles[name], self._controller.playback.sounding_of(name)
        tile.lane.set_loop(sounding)
        tile.mini.set_sounding(sounding, self._controller.playback.playing)
        self._show_place(track)

    @Slot()
    def _show_sounds(self) -> None:
        """Show the sounds that the font has."""
        session = self._controller.document.session
        for track in session.tracks:
            self._strip.show_track(track, session.tracks, self._choices(track))

    def show_playing(self) -> None:
        for track in self._controller.document.session.tracks:
            self.show_sounding(track.name)

    def show_frame(self, now_s: float, step: float | None) -> None:
        for name, tile in self._strip.tiles.items():
            tile.lane.set_playhead(step)
            tile.mini.set_path_playhead(self._controller.playback.path_position(now_s, name))

    def _show_place(self, track: Track) -> None:
        tile = self._strip.tiles[track.name]
        playhead = self._controller.playback.path_position(self._shell.now_s(), track.name)
        tile.mini.set_puck(track.place)
        tile.mini.set_path_playhead(playhead)
        tile.lane.set_place(playhead or track.place)

    def _show_key(self, key: Key | None) -> None:
        front = self._front
        self._strip.scale.show_key(key)
        self._strip.scale.show_lock(front.name, front.kind.is_melodic, front.scale_lock)

    def _show_actions(self) -> None:
        """Allow what can be done to the band as it is."""
        session, actions = self._controller.document.session, self._shell.actions
        for kind in TrackKind:
            count = sum(track.kind is kind for track in session.tracks)
            actions[f"add_{kind.value}"].setEnabled(count < 2)
        actions["remove_track"].setEnabled(len(session.tracks) > 1)
        actions["scale_lock"].setEnabled(session.front_track.kind.is_melodic)
        actions["scale_lock"].setChecked(session.front_track.scale_lock)
        actions["use_morph"].setChecked(session.front_track.source is Source.MORPH)

    def _known(self, name: str) -> Track | None:
        """Return the track of a name that has a tile; one that left the band has none."""
        session = self._controller.document.session
        known = name in self._strip.tiles and name in session.track_names
        return session.track(name) if known else None

    def _choices(self, track: Track) -> list[tuple[str, object]]:
        return sound_choices(track, self._controller.devices.kits, self._controller.devices.sounds)

    # -- by hand ------------------------------------------------------------------------------------

    @Slot(str, float, float)
    def _on_tile_puckMoved(self, name: str, x: float, y: float) -> None:
        """Move what a small palette moves: the puck of a track, or the slider of its morph."""
        track = self._controller.document.session.track(name)
        if track.source is Source.MORPH and track.morph is not None:
            moved = morphing.moved(track.morph, x)
            self._controller.morph.put(moved, "Glide", "morph position", name)
        else:
            self._controller.place.move_puck(x, y, name)

    @Slot()
    def _on_chords_returnPressed(self) -> None:
        if not self._strip.scale.chords.problem:
            self._shell.focus_stage()

    @Slot(bool)
    def _use_morph(self, on: bool) -> None:
        self._controller.morph.set_source(Source.MORPH if on else Source.PALETTE)
        self._shell.focus_stage(Qt.FocusReason.ShortcutFocusReason)

    @Slot(str)
    def show_settings(self, name: str) -> None:
        """Open the settings of track `name` over its tile."""
        track = self._known(name)
        if track is not None:
            self._fill_panel(track)
            self.panel.open_over(self._strip.tiles[name])

    def _fill_panel(self, track: Track) -> None:
        session = self._controller.document.session
        self.panel.show_track(track, self._choices(track), can_remove=len(session.tracks) > 1)
        self.panel.show_ports(self._controller.devices.ports, track.port)

    @Slot()
    def _on_panel_notesAsked(self) -> None:
        self.panel.hide()
        self.notesAsked.emit(self.panel.track_name)

    @Slot()
    def _on_panel_removeAsked(self) -> None:
        self.panel.hide()
        self._remove(self.panel.track_name)

    def _remove(self, name: str) -> None:
        """Take a track out of the band, and offer the way back."""
        if self._controller.tracks.remove(name):
            self._shell.offer_undo(f"{name} left the band.")

    def _bring(self, place: int) -> None:
        """Bring the track at a place, counted from 0, to the front."""
        names = self._controller.document.session.track_names
        if place < len(names):
            self._controller.tracks.set_front(names[place])

    def _bring_next(self, by: int) -> None:
        """Bring the next (1) or the last (-1) track to the front, round and round."""
        names = self._controller.document.session.track_names
        self._controller.tracks.set_front(
            names[(names.index(self._controller.document.session.front) + by) % len(names)]
        )

    def _use_next_coupling(self) -> None:
        """Link the pucks in the next way."""
        couplings = list(PuckCoupling)
        now = couplings.index(self._controller.document.session.coupling)
        self._controller.place.set_coupling(couplings[(now + 1) % len(couplings)])
