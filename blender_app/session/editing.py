"""Edits of the session: each of them can be undone, and a drag is one step."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from blender_app.core.drums import LOOP_STEPS, VOICE_COUNT, DrumLoop
from blender_app.core.presets import DrumPreset
from blender_app.core.time import MAX_SWING, MAX_TEMPO_BPM, MIN_TEMPO_BPM, STRAIGHT_SWING
from blender_app.engine.messages import ChangeAt, VoiceMix
from blender_app.session import path as paths
from blender_app.session.document import (
    CORNER_PLACES,
    MAX_GRID,
    MAX_NAME_LENGTH,
    MIN_GRID,
    CornerNames,
    Corners,
    DrawnPath,
    MidiSettings,
    Session,
    clamp,
    clamp_point,
    replace_at,
)
from blender_app.session.tempo_tap import TempoTap
from blender_app.session.undo import EditCommand, changed_fields, with_fields

MAX_UNDO_STEPS = 500


class SessionEditor(QObject):
    """Holds the session and its history; every write goes through here.

    Parameters
    ----------
    session
        What to begin with.
    clock
        Gives monotonic seconds; tests bring their own.

    Notes
    -----
    `sessionChanged` carries the names of the changed fields of `Session` as a frozenset.
    `messageShown` carries a level ("info", "warning" or "error") and a text for the musician.
    """

    sessionChanged = Signal(object)
    cornersChanged = Signal()
    messageShown = Signal(str, str)

    def __init__(
        self,
        session: Session | None = None,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session or Session()
        self._clock = clock
        self._undo_stack = QUndoStack(self)
        self._undo_stack.setUndoLimit(MAX_UNDO_STEPS)
        self._gesture_text: str | None = None
        self._gesture_count = 0
        self._tap = TempoTap()
        self._copied: tuple[DrumLoop, str] | None = None

    # -- reading --------------------------------------------------------------------------------

    @property
    def session(self) -> Session:
        """The session as it is now."""
        return self._session

    @property
    def undo_stack(self) -> QUndoStack:
        """The history; its actions and its clean state can be used by a window."""
        return self._undo_stack

    @property
    def can_paste(self) -> bool:
        """Whether a corner was copied."""
        return self._copied is not None

    # -- gestures -------------------------------------------------------------------------------

    def begin_gesture(self, text: str) -> None:
        """Begin a drag called `text` in the history: all edits until its end are one step.

        A drag whose end was lost (a window that closed under the hand) ends here.
        """
        self._gesture_text = text
        self._gesture_count += 1

    def end_gesture(self) -> None:
        """End the drag; without one nothing happens."""
        self._gesture_text = None

    # -- tempo and feel -------------------------------------------------------------------------

    def set_tempo(self, tempo_bpm: float) -> None:
        """Set the tempo, brought into 20-300 beats a minute."""
        self.edit("Tempo", "tempo", tempo_bpm=clamp(tempo_bpm, MIN_TEMPO_BPM, MAX_TEMPO_BPM))

    def tap_tempo(self) -> None:
        """Take one tap of the beat; from the second on, the tempo follows."""
        tempo_bpm = self._tap.tap(self._clock())
        if tempo_bpm is not None:
            self.edit("Tap tempo", "tap", tempo_bpm=tempo_bpm)

    def set_swing(self, swing: float) -> None:
        """Set the swing, brought into 0.5-0.75."""
        self.edit("Swing", "swing", swing=clamp(swing, STRAIGHT_SWING, MAX_SWING))

    def set_feel(self, feel: float) -> None:
        """Set how much of microtiming and dynamics is played, brought into 0-1."""
        self.edit("Feel", "feel", feel=clamp(feel, 0.0, 1.0))

    def set_change_at(self, change_at: ChangeAt) -> None:
        """Set on which boundary a new pattern takes over."""
        self.edit("Change at", change_at=change_at)

    # -- sound ----------------------------------------------------------------------------------

    def set_kit(self, bank: int, program: int) -> None:
        """Choose a drum kit of the font."""
        self.edit("Kit", kit=(bank, program))

    def set_font(self, path: str | None) -> None:
        """Choose a SoundFont; None is the shipped one."""
        self.edit("SoundFont", font=path)

    def set_volume(self, volume: float) -> None:
        """Set the synthesizer's loudness, brought into 0-1."""
        self.edit("Volume", "volume", volume=clamp(volume, 0.0, 1.0))

    def set_voice_mix(self, voice: int, mix: VoiceMix) -> None:
        """Set mute, solo and volume of one voice (0-8)."""
        _check_index("voice", voice, VOICE_COUNT)
        self.edit("Mix", f"mix {voice}", mix=replace_at(self._session.mix, voice, mix))

    # -- palette --------------------------------------------------------------------------------

    def move_puck(self, x: float, y: float) -> None:
        """Move the puck; a path that plays lets go."""
        values: dict[str, object] = {"puck": clamp_point(x, y)}
        path = self._session.path
        if path is not None and path.playing:
            values["path"] = replace(path, playing=False)
        self.edit("Move puck", "puck", **values)

    def set_grid(self, rows: int, cols: int) -> None:
        """Set how many cells the palette shows, brought into 3-33 each way."""
        rows, cols = (min(max(int(count), MIN_GRID), MAX_GRID) for count in (rows, cols))
        self.edit("Grid", "grid", rows=rows, cols=cols)

    # -- corners --------------------------------------------------------------------------------

    def set_corner(self, index: int, loop: DrumLoop, name: str, text: str = "Change corner") -> None:
        """Put a loop with a name into a corner (0-3)."""
        _check_index("corner", index, len(CORNER_PLACES))
        self.set_corners({index: (loop, name)}, text)

    def set_corners(self, loops: Mapping[int, tuple[DrumLoop, str]], text: str) -> None:
        """Put loops with names into several corners as one edit."""
        corners: Corners = self._session.corners
        names: CornerNames = self._session.corner_names
        for index, (loop, name) in loops.items():
            corners = replace_at(corners, index, loop)  # type: ignore[assignment]
            names = replace_at(names, index, name[:MAX_NAME_LENGTH])  # type: ignore[assignment]
        self.edit(text, corners=corners, corner_names=names)

    def paint_hit(self, index: int, step: int, voice: int, velocity: int) -> None:
        """Set a hit of a corner (velocity 1-127) or take it away (0); its microtiming stays."""
        _check_index("corner", index, len(CORNER_PLACES))
        _check_index("step", step, LOOP_STEPS)
        _check_index("voice", voice, VOICE_COUNT)
        loop = self._session.corners[index]
        velocity = min(max(int(velocity), 0), 127)
        changed = loop.with_hit(step, voice, velocity, float(loop.microtiming[step, voice]))
        name = self._session.corner_names[index]
        if velocity and loop.velocity[step, voice]:
            corners = replace_at(self._session.corners, index, changed)
            self.edit("Set velocity", f"velocity {index} {step} {voice}", corners=corners)
        else:
            self.set_corner(index, changed, name, "Paint hits")

    def clear_corner(self, index: int) -> None:
        """Empty a corner."""
        self.set_corner(index, DrumLoop.empty(), "Empty", "Clear corner")

    def copy_corner(self, index: int) -> None:
        """Remember a corner's loop for pasting."""
        _check_index("corner", index, len(CORNER_PLACES))
        self._copied = self._session.corners[index], self._session.corner_names[index]

    def paste_corner(self, index: int) -> None:
        """Put the copied loop into a corner."""
        if self._copied is not None:
            self.set_corner(index, *self._copied, "Paste corner")

    def use_preset(self, index: int, preset: DrumPreset) -> None:
        """Put one of the named grooves into a corner."""
        self.set_corner(index, preset.loop, preset.name, f"Preset {preset.name}")

    # -- path -----------------------------------------------------------------------------------

    def set_path(self, path: DrawnPath | None, text: str | None = None) -> None:
        """Set, change or (None) remove the path."""
        before, merge_key = self._session.path, None
        if before is not None and path is not None:
            moved = paths.moved_nodes(before, path)
            if replace(before, bars=path.bars) == path:
                merge_key = "path bars"
            elif len(moved) == 1 and replace(before, nodes=path.nodes) == path:
                text, merge_key = text or "Move node", f"path node {moved[0]} of {len(path.nodes)}"
        self.edit(text or ("Remove path" if path is None else "Path"), merge_key, path=path)

    def play_path(self, playing: bool) -> None:
        """Let the path sound, or the puck again."""
        path = self._session.path
        if path is not None:
            self.edit("Play path" if playing else "Stop path", path=replace(path, playing=playing))

    def draw_path(self, points: list[tuple[float, float]]) -> None:
        """Make a path of a line drawn by hand, smoothed; how it plays is kept from the one before."""
        nodes = paths.simplify([clamp_point(x, y) for x, y in points])
        if nodes:
            before = self._session.path
            drawn = DrawnPath(nodes) if before is None else replace(before, nodes=nodes)
            self.set_path(replace(drawn, playing=True), "Draw path")

    # -- the one way in -------------------------------------------------------------------------

    def edit(self, text: str, merge_key: str | None = None, **values: object) -> None:
        """Set fields of the session as one step of the history.

        Parameters
        ----------
        text
            What is done, for the undo menu.
        merge_key
            Steps of one key in quick succession become one; None for a step of its own.
        values
            Fields of `Session` with their new values.

        Raises
        ------
        ValueError
            If a value is not allowed; nothing is changed then.
        """
        changed = changed_fields(self._session, with_fields(self._session, values))
        if not changed:
            return
        before: dict[str, object] = {name: getattr(self._session, name) for name in changed}
        after = {name: values[name] for name in changed}
        if self._gesture_text is not None:
            text, merge_key = self._gesture_text, f"gesture {self._gesture_count}"
        self._undo_stack.push(EditCommand(text, before, after, merge_key, self._clock(), self._apply_edit))

    def _apply_edit(self, values: Mapping[str, object]) -> None:
        """Make or take back an edit; the MIDI port is no edit and stays what it is."""
        midi, now = values.get("midi"), self._session.midi
        if isinstance(midi, MidiSettings):
            values = {**values, "midi": replace(midi, port=now.port, virtual=now.virtual)}
        self.apply_values(values)

    def apply_values(self, values: Mapping[str, object]) -> None:
        """Make `values` the session's without a step in the history, and tell who listens."""
        self._replace_session(with_fields(self._session, values))

    def _replace_session(self, session: Session) -> None:
        changed = changed_fields(self._session, session)
        if not changed:
            return
        before, self._session = self._session, session
        self._on_session_replaced(before, changed)
        self.sessionChanged.emit(changed)
        if changed & {"corners", "corner_names"}:
            self.cornersChanged.emit()

    def _on_session_replaced(self, before: Session, changed: frozenset[str]) -> None:
        """Let a subclass follow a change of the fields `changed` before anybody hears of it."""


def _check_index(what: str, index: int, count: int) -> None:
    if not 0 <= index < count:
        raise ValueError(f"{what} {index} does not exist: there are {count}")
