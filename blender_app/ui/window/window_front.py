"""The track in front: shown on the palette or the mixer, in what sounds, and in the editor."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from blender_app.core.drums import DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.core.melody_presets import MelodyPreset
from blender_app.core.presets import DrumPreset
from blender_app.session import mixing
from blender_app.session.clips import fits
from blender_app.session.corner_editing import drawn_name
from blender_app.session.document import Clip, DrawnPath, Loop, Source, Track, TrackKind
from blender_app.session.path import curve
from blender_app.ui.loops.heard import heard_corner, heard_end
from blender_app.ui.loops.presets import melody_presets_of, presets_of
from blender_app.ui.palette.path_editor import Place, Places
from blender_app.ui.tracks.strip import is_silent

if TYPE_CHECKING:
    from blender_app.ui.roll.panel import RollPanel
    from blender_app.ui.window.main_window import MainWindow

HEARD_VELOCITY = 100
SHELF_KEY = "window/shelf"
"""Setting that tells whether the shelf of clips is in sight."""
_IN_HEADING = {"source", "mix", "octave", "gate", "legato", "pan", "reverb"}
"""What the panel of what sounds shows of a track, besides the sound itself."""


def changed_fields_of(names: frozenset[str], track: str) -> frozenset[str]:
    """Return the fields of a track among the names of what changed in a session."""
    begin = f"{track}."
    return frozenset(name.removeprefix(begin) for name in names if name.startswith(begin))


@dataclass(frozen=True, slots=True)
class Target:
    """Where a loop that was made by hand goes: a corner of a track's palette, or an end of its mixer."""

    track: str
    source: Source
    index: int


class WindowFront(QObject):
    """Connects the large parts of a window with the controller's track in front.

    What is edited is a corner of the palette or, where the mixer sounds, one of its ends.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._controller, self._look = window, window.controller, window.look
        self._stage, self._sounding = window.stage, window.sounding
        self._corner = self._end = 0
        self._kind: TrackKind | None = None
        self._connect_palette()
        self._connect_editors()
        self._connect_cards()

    @property
    def track(self) -> Track:
        """The track in front."""
        return self._controller.session.front_track

    @property
    def mixes(self) -> bool:
        """Whether the mixer of the track in front is shown."""
        return self.track.source is Source.MIXER

    @property
    def corner(self) -> int:
        """The corner in the editor, 0-3."""
        return self._corner

    @property
    def end(self) -> int:
        """The end of the mixer in the editor, 0 or 1."""
        return self._end

    # -- connecting ---------------------------------------------------------------------------------

    def _connect_palette(self) -> None:
        c, palette, bar = self._controller, self._stage.palette_view, self._stage.path_bar
        palette.puckMoved.connect(c.move_puck)
        palette.strokeDrawn.connect(lambda points: c.draw_path(list(points)))
        palette.nodesChanged.connect(self._on_palette_nodesChanged)
        bar.pathChanged.connect(c.set_path)
        bar.gridChosen.connect(lambda count: c.set_grid(count, count))
        for source in (palette, bar):
            source.gestureStarted.connect(c.begin_gesture)
            source.gestureEnded.connect(c.end_gesture)
        self._sounding.sourceChosen.connect(c.set_source)
        self._sounding.rows.mixChanged.connect(c.set_voice_mix)
        for names in (self._sounding.names, self._window.editor.names):
            names.nameClicked.connect(lambda voice: c.preview_hit(voice, HEARD_VELOCITY))
        self._sounding.rows.gestureStarted.connect(c.begin_gesture)
        self._sounding.rows.gestureEnded.connect(c.end_gesture)

    def _connect_editors(self) -> None:
        c, editor = self._controller, self._window.editor
        editor.step_grid.hitPainted.connect(self._on_grid_hitPainted)
        editor.step_grid.gestureStarted.connect(c.begin_gesture)
        editor.step_grid.gestureEnded.connect(c.end_gesture)
        editor.presetChosen.connect(self.use_preset)

    def connect_roll(self, panel: RollPanel) -> None:
        """Connect the editor of melodic corners, and show what it needs to know, when it is made."""
        c = self._controller
        panel.roll.loopEdited.connect(self._on_roll_loopEdited)
        panel.roll.notePreviewed.connect(c.preview_note)
        panel.roll.gestureStarted.connect(c.begin_gesture)
        panel.roll.gestureEnded.connect(c.end_gesture)
        panel.presetChosen.connect(self.use_preset)
        panel.set_key(c.session.key_of(self.track))

    def _connect_cards(self) -> None:
        c = self._controller
        for card in self._stage.cards:
            card.selected.connect(self.edit_corner)
            card.diceRolled.connect(c.dice_corner)
            card.varied.connect(c.vary_corner)
            card.presetChosen.connect(c.use_preset)
            card.importAsked.connect(self._window.files.import_corner)
            card.fileDropped.connect(c.import_corner)
            card.clipDropped.connect(self.put_clip)
            card.pasted.connect(c.paste_corner)
            card.drawnToggled.connect(c.set_drawn)

    # -- showing ------------------------------------------------------------------------------------

    def show_all(self) -> None:
        """Show the track in front afresh."""
        track = self.track
        if track.kind is not self._kind:
            self._kind = track.kind
            for card in self._stage.cards:
                card.set_presets(presets_of(track.kind))
            if track.kind.is_melodic:
                self._window.roll_panel.set_presets(melody_presets_of(track.kind))
        self._sounding.show_track(track)
        self._stage.palette_view.set_puck(*track.puck)
        self._stage.path_bar.show_track(track)
        self.show_key()
        self.show_source()
        self.show_corners()
        self.show_cells()
        self.show_path()
        self.show_sounding()

    def show_changes(self, names: frozenset[str]) -> None:
        """Show what changed in the session, by the names that it told."""
        if "front" in names:
            if self._window.rest.has_roll_panel:
                self._window.roll_panel.forget_corner()
            self.show_all()
            return
        fields = changed_fields_of(names, self.track.name)
        for causes, show in self._reactions():
            if fields & causes:
                show()
        if "scale" in names or "scale_lock" in fields:
            self.show_key()
            self.show_corners()
        if any(name.endswith((".mute", ".solo")) for name in names):
            self._show_heard()

    def _reactions(self) -> tuple[tuple[set[str], Callable[[], None]], ...]:
        """Return what is shown anew when one of some fields of the track changed."""
        track, stage = self.track, self._stage
        return (
            ({"source", "mixer"}, self.show_source),
            ({"corners", "corner_names", "drawn", "scale_lock", "source", "mixer"}, self.show_corners),
            ({"puck"}, lambda: stage.palette_view.set_puck(*track.puck)),
            ({"puck", "mixer", "source"}, self.show_place),
            ({"path", "rows", "cols"}, lambda: stage.path_bar.show_track(track)),
            ({"path", "mixer", "source"}, self.show_path),
            (_IN_HEADING, lambda: self._sounding.show_track(track)),
        )

    def show_source(self) -> None:
        """Put the palette or the mixer on the stage."""
        stack: QWidget = self._window.mixers.panel if self.mixes else self._stage
        self._window.stage_stack.setCurrentWidget(stack)

    def show_corners(self) -> None:
        """Show the corners on their cards, and what is edited in the editor."""
        track = self.track
        for corner, card in enumerate(self._stage.cards):
            card.set_loop(self._heard_corner(corner), track.corner_names[corner])
            card.set_selected(corner == self._corner and not self.mixes)
            card.set_drawn(self._in_key, track.drawn[corner])
        self._show_held()
        self.show_edited()

    @property
    def _in_key(self) -> bool:
        return self._controller.session.key_of(self.track) is not None

    def _heard_corner(self, corner: int) -> Loop:
        return heard_corner(self.track, corner, self._in_key, self._controller.cells)

    def show_edited(self) -> None:
        """Show in the editor what sounds of the loop that is edited."""
        window, (loop, name) = self._window, self.edited()
        mixer = self.track.mixer if self.mixes else None
        index = self._end if mixer else self._corner
        mark = mixing.END_LETTERS[index] if mixer else str(index + 1)
        if mixer:
            window.mixers.panel.set_selected_end(self._end)
        if isinstance(loop, MelodyLoop):
            window.editor_stack.setCurrentWidget(window.roll_panel)
            drawn = (mixer or self.track).drawn[index]
            window.roll_panel.show_corner(index, mark, name, loop, drawn)
        else:
            window.editor_stack.setCurrentWidget(window.editor)
            window.editor.show_loop(f"{mark}  {name}", self._look.corner_color(index), loop)

    def edited(self) -> tuple[Loop, str]:
        """Return what sounds of the loop in the editor, and its name."""
        track, mixer = self.track, self.track.mixer if self.mixes else None
        if mixer is None:
            return self._heard_corner(self._corner), track.corner_names[self._corner]
        steps = self._controller.mixer_loops_of(track.name)
        return heard_end(mixer, self._end, self._in_key, steps), mixer.names[self._end]

    def show_cells(self) -> None:
        """Show the palette's cells, and how well the model holds its corners."""
        if self._controller.cells:
            self._stage.palette_view.set_cells(self._controller.cells)
        for corner, card in enumerate(self._stage.cards):
            card.set_loop(self._heard_corner(corner), self.track.corner_names[corner])
        self._show_held()
        if self._in_key:
            self.show_edited()

    def _show_held(self) -> None:
        held = self._controller.held
        for corner, card in enumerate(self._stage.cards):
            card.set_held(1.0 if held is None else held[corner])

    def show_path(self) -> None:
        """Show the path, and whether it or the puck sounds."""
        path, palette = self.track.path, self._stage.palette_view
        if path is None:
            palette.set_path((), (), closed=False)
        else:
            palette.set_path(path.nodes, [(float(x), float(y)) for x, y in curve(path)], path.closed)
        palette.set_playing(self._controller.playing and not self.mixes, path is not None and path.playing)
        palette.set_bead(None if self.mixes else self._controller.path_position(time.monotonic()))

    def show_sounding(self) -> None:
        """Show what sounds and what comes next."""
        sounding = self._controller.sounding
        self._sounding.set_loops(sounding, self._controller.waiting)
        self._sounding.set_swing(self._controller.session.swing)
        self._stage.palette_view.set_sounding(sounding)
        self._show_heard()
        self.show_place()

    def _show_heard(self) -> None:
        self._sounding.set_heard(not is_silent(self.track, self._controller.session.tracks))

    def show_place(self) -> None:
        """Say where we are, and show its colour."""
        x, y = self.place()
        self._sounding.set_color(self._look.blend(x, y))
        sounding, waiting = self._controller.sounding, self._controller.waiting is not None
        self._sounding.show_place(x, None if self.mixes else y, sounding, waiting)

    def place(self) -> Place:
        """Return where what sounds comes from: the bead of a path or sweep, or the puck."""
        bead = self._controller.path_position(time.monotonic())
        return bead if bead is not None else self.track.place

    def show_key(self) -> None:
        """Show the key where the track in front keeps to it."""
        key = self._controller.session.key_of(self.track)
        self._sounding.set_key(key)
        if self._window.rest.has_roll_panel:
            self._window.roll_panel.set_key(key)

    def show_frame(self, now_s: float, step: float | None) -> None:
        """Move playhead and bead to a moment."""
        self._sounding.set_playhead(step)
        if self._window.rest.has_roll_panel:
            self._window.roll_panel.set_playhead(step if self.track.kind.is_melodic else None)
        if not self.mixes:
            self._stage.palette_view.set_bead(self._controller.path_position(now_s))

    # -- by hand ------------------------------------------------------------------------------------

    @Slot(int)
    def edit_corner(self, corner: int) -> None:
        """Put a corner into the editor; where the mixer sounds, one of its two ends."""
        if self.mixes:
            self.edit_end(min(corner, mixing.END_COUNT - 1))
        else:
            self._corner = corner
            self.show_corners()

    @Slot(int)
    def edit_end(self, end: int) -> None:
        """Put an end of the mixer into the editor."""
        self._end = end
        self.show_corners()

    def go_to_corner(self, corner: int, place: Place) -> None:
        """Move the puck to a corner, or the mixer's slider to an end."""
        mixer = self.track.mixer
        if not self.mixes:
            self._controller.move_puck(*place)
        elif mixer is not None and corner < mixing.END_COUNT:
            self._controller.set_mixer(mixing.moved(mixer, float(corner)), "Glide")

    @Slot(int, object)
    def put_clip(self, corner: int, clip: Clip) -> None:
        """Put a clip into a corner, if this track can play it."""
        if fits(clip, self.track.kind):
            self._controller.set_corner(corner, clip.loop, clip.name, f"{clip.name} into corner")

    @Slot(object)
    def use_preset(self, preset: DrumPreset | MelodyPreset) -> None:
        """Put a named loop where the editor is."""
        if self.mixes:
            self.set_end(self._end, preset.loop, preset.name, f"Preset {preset.name}")
        else:
            self._controller.use_preset(self._corner, preset)

    @property
    def target(self) -> Target:
        """What is in the editor."""
        index = self._end if self.mixes else self._corner
        return Target(self.track.name, self.track.source, index)

    def put(self, target: Target, loop: Loop, text: str, merge_key: str | None = None) -> None:
        """Put a loop that was drawn or recorded where it belongs; a track that left takes none."""
        session = self._controller.session
        if target.track not in session.track_names:
            return
        mixer = session.track(target.track).mixer
        if target.source is Source.PALETTE and isinstance(loop, MelodyLoop):
            self._controller.set_notes(target.index, loop, text, merge_key, target.track)
        elif target.source is Source.MIXER and mixer is not None:
            name = drawn_name(mixer.names[target.index])
            changed = mixing.with_end(mixer, target.index, loop, name, drawn=True)
            self._controller.set_mixer(changed, text, merge_key, target.track)

    def set_end(self, end: int, loop: Loop, name: str, text: str, drawn: bool = False) -> None:
        """Put another loop with a name at an end of the mixer."""
        mixer = self.track.mixer
        if mixer is not None:
            self._controller.set_mixer(mixing.with_end(mixer, end, loop, name, drawn), text)

    @Slot(object)
    def _on_palette_nodesChanged(self, nodes: Places) -> None:
        path = self.track.path
        if not nodes:
            self._controller.set_path(None)
        elif path is None:
            self._controller.set_path(DrawnPath(nodes))
        else:
            text = "Move node" if len(nodes) == len(path.nodes) else None
            self._controller.set_path(replace(path, nodes=nodes), text)

    @Slot(int, int, int)
    def _on_grid_hitPainted(self, step: int, voice: int, velocity: int) -> None:
        loop = self.edited()[0]
        if not isinstance(loop, DrumLoop):
            return
        if velocity > 0 and not loop.hits[step, voice] and not self._controller.playing:
            self._controller.preview_hit(voice, velocity)
        if self.mixes:
            changed = loop.with_hit(step, voice, velocity, float(loop.microtiming[step, voice]))
            self.put(self.target, changed, "Paint hits")
        else:
            self._controller.paint_hit(self._corner, step, voice, velocity)

    @Slot(object, str, str)
    def _on_roll_loopEdited(self, loop: MelodyLoop, text: str, merge_key: str) -> None:
        self.put(self.target, loop, text, merge_key or None)
