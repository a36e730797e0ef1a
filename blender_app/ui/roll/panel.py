"""The editor of a melodic corner: the piano roll, its tools, and everything that fills a corner."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QMenu, QWidget

from blender_app.core.drums import VOICE_COUNT
from blender_app.core.melody import MelodyLoop
from blender_app.core.melody_presets import MelodyPreset
from blender_app.core.scales import Key, pitch_name
from blender_app.core.time import STEPS_PER_BAR, bars_text
from blender_app.ui.controls.actions import Actions
from blender_app.ui.controls.elided_label import ElidedLabel, Title
from blender_app.ui.controls.menus import add_entry, fill_on_opening
from blender_app.ui.look.theme import LARGE, SMALL, Look
from blender_app.ui.loops.length_menu import LengthButton
from blender_app.ui.roll.piano_roll import PianoRoll
from blender_app.ui.roll.press import RollTool
from blender_app.ui.roll.tools import RollTools

_GAP = 6


class RollPanel(QFrame):
    """The editor of one melodic corner; its steps stand in line with those of the drums' panels.

    Colours and fonts come from `look`, buttons from `actions`.
    """

    presetChosen = Signal(object)
    """A `MelodyPreset`."""
    stepEntryChanged = Signal(bool)
    recordAsked = Signal(int, bool)
    """Bars of count-in, and whether to play over what is there instead of replacing it."""
    recordStopped = Signal()

    def __init__(self, look: Look, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._corner: int | None = None
        self._place = ""
        self._user_edited = True
        self._recording: str | None = None
        self._can_record = False
        self.title, self.detail = Title(look, self), ElidedLabel(look, self)
        self.length = LengthButton(look, self)
        self.roll = PianoRoll(look)
        self.tools = RollTools(look, actions)
        self.setFocusProxy(self.roll)
        self._presets: Sequence[MelodyPreset] = ()
        self.presets_menu = QMenu(self)
        fill_on_opening(self.presets_menu, self._fill_presets)
        self.tools.presets.setMenu(self.presets_menu)
        self.record_menu = QMenu(self)
        self._count_in = self._choices("One bar of count-in", "Two bars of count-in")
        self.record_menu.addSeparator()
        self._overdub = self._choices("Replace the corner", "Play over what is there")
        self.tools.record_options.setMenu(self.record_menu)
        self._arrange()
        self._connect(actions)
        self.set_can_record(False)
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def _choices(self, *texts: str) -> QActionGroup:
        """Add choices, of which one holds, to the menu of recording."""
        group = QActionGroup(self)
        for text in texts:
            action = QAction(text, group)
            action.setCheckable(True)
            self.record_menu.addAction(action)
        group.actions()[0].setChecked(True)
        return group

    def _arrange(self) -> None:
        heading = QHBoxLayout()
        heading.setSpacing(6)
        heading.addWidget(self.title)
        heading.addWidget(self.length)
        heading.addWidget(self.detail, 1)
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 7, 10, 9)
        grid.setHorizontalSpacing(_GAP)
        grid.setVerticalSpacing(2)
        grid.addLayout(heading, 0, 0, 1, 2)
        grid.addWidget(self.tools, 1, 0)
        grid.addWidget(self.roll, 1, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(1, 1)

    def _connect(self, actions: Actions) -> None:
        tools, roll = self.tools, self.roll
        for tool, button in tools.tools.items():
            button.clicked.connect(lambda _=False, one=tool: roll.set_tool(one))
        roll.toolChanged.connect(self._on_roll_toolChanged)
        roll.cursorMoved.connect(self._on_roll_cursorMoved)
        tools.snap.toggled.connect(roll.set_snap)
        tools.step_entry.toggled.connect(self._on_step_entry_toggled)
        tools.record.clicked.connect(self._on_record_clicked)
        # Ctrl+V is for what was copied last: notes, or a whole corner.
        actions["copy_corner"].triggered.connect(roll.forget_copied)

    # -- what is shown --------------------------------------------------------------------------------

    def show_corner(
        self, corner: int, mark: str, name: str, loop: MelodyLoop, user_edited: bool = True
    ) -> None:
        """Show a loop in the editor; that of another place than before is fitted into sight.

        Parameters
        ----------
        corner
            Whose colour it has.
        mark, name
            Its place, and what it is called.
        loop
            What sounds of it.
        user_edited
            Whether it sounds as it was drawn; else a key, where there is one, has brought it into its scale.
        """
        self.title.set_text(f"{mark}  {name}")
        self.length.show_loop(loop)
        self.roll.set_color(self._look.corner_color(corner))
        if mark == self._place:
            self.roll.set_loop(loop)
        else:
            self.roll.show_loop(loop)
        self._corner, self._place, self._user_edited = corner, mark, user_edited
        self.set_can_record(self._can_record)
        self._on_roll_cursorMoved()

    def forget_corner(self) -> None:
        """Let the next corner be fitted into sight: that of another track."""
        self._place = ""

    def set_key(self, key: Key | None) -> None:
        """Light the rows of `key`, and let pitches snap to it; None is no key."""
        self.roll.set_key(key)
        self.tools.snap.setEnabled(key is not None)
        scale = "the scale" if key is None else key.name
        self.tools.snap.setToolTip(f"Snap to {scale}" if key else "Snap to the scale: choose a key first")

    def set_playhead(self, step: float | None) -> None:
        """Move the playhead to `step`, a position of the transport, or hide it."""
        self.roll.set_playhead(step)

    def set_presets(self, presets: Sequence[MelodyPreset]) -> None:
        """Offer `presets`."""
        self._presets = presets

    def _fill_presets(self, menu: QMenu) -> None:
        for preset in self._presets:
            add_entry(menu, preset.name, partial(self.presetChosen.emit, preset))

    def receive_note(self, pitch: int, velocity: int) -> None:
        """Take a note from a MIDI keyboard: step entry sets it at the cursor.

        It has a `pitch` 0-127 and a `velocity` 1-127, or 0 where it ends.
        """
        self.roll.enter_note(pitch, velocity)

    # -- recording ------------------------------------------------------------------------------------

    @property
    def count_in_bars(self) -> int:
        """How many bars are counted in, 1 or 2."""
        return self._count_in.actions().index(self._count_in.checkedAction()) + 1

    @property
    def overdubs(self) -> bool:
        """Whether a recording is played over what is there."""
        return self._overdub.checkedAction() is self._overdub.actions()[1]

    def set_can_record(self, can: bool) -> None:
        """Say whether one `can` record: a MIDI input is open. What records can still be stopped."""
        self._can_record = can
        self.tools.record.setEnabled(can or self._recording is not None)
        self.tools.record.setToolTip(
            f"Record {bars_text(self.roll.model.loop.steps)} from the MIDI input"
            if can
            else "Record: open a MIDI input first"
        )

    def set_recording(self, text: str | None) -> None:
        """Say by `text` how far a recording is ("count-in 3"), or that there is none."""
        self._recording = text
        self.tools.record.setChecked(text is not None)
        self.set_can_record(self._can_record)
        self._on_roll_cursorMoved()

    def show_take(self, loop: MelodyLoop | None) -> None:
        """Show over the corner the `loop` that is recorded so far, or nothing."""
        self.roll.show_take(loop)

    @Slot()
    def _on_record_clicked(self) -> None:
        self.tools.record.setChecked(self._recording is not None)
        if self._recording is None:
            self.recordAsked.emit(self.count_in_bars, self.overdubs)
        else:
            self.recordStopped.emit()

    # -- slots ----------------------------------------------------------------------------------------

    @Slot(object)
    def _on_roll_toolChanged(self, tool: RollTool) -> None:
        self.tools.tools[tool].setChecked(True)

    @Slot(bool)
    def _on_step_entry_toggled(self, enters: bool) -> None:
        self.roll.set_step_entry(enters)
        if enters:
            self.roll.setFocus(Qt.FocusReason.OtherFocusReason)
        self._on_roll_cursorMoved()
        self.stepEntryChanged.emit(enters)

    @Slot()
    def _on_roll_cursorMoved(self) -> None:
        key = "in key   " if self.roll.key is not None and not self._user_edited else ""
        self.detail.set_text(self._recording or key + self._words())

    def _words(self) -> str:
        """Return the cursor's place and what is there, as short as the drums' editor says it."""
        model = self.roll.model
        step, note = model.step, model.here
        place = f"{step // STEPS_PER_BAR + 1}.{step % STEPS_PER_BAR // 4 + 1}.{step % 4 + 1}"
        if self.roll.enters_steps:
            return f"{place}   length {model.pen_length}   from {pitch_name(model.piano_pitch)}"
        if note is None:
            return f"{pitch_name(model.pitch)}   {place}   rest"
        timing = f"   {note.microtiming:+.2f} steps" if note.microtiming else ""
        chosen = f"   {len(model.chosen)} notes chosen" if len(model.chosen) > 1 else ""
        words = f"velocity {note.velocity}   length {note.length_steps:g}"
        return f"{pitch_name(note.pitch)}   {place}   {words}{timing}{chosen}"

    @Slot()
    def _on_look_changed(self) -> None:
        theme = self._look.theme
        self.setStyleSheet(f"RollPanel {{ background: {theme.panel}; border-radius: 8px; }}")
        if self._corner is not None:
            self.roll.set_color(self._look.corner_color(self._corner))

    def sizeHint(self) -> QSize:
        return QSize(420, 260)

    def minimumSizeHint(self) -> QSize:
        line = self._look.line_height(SMALL)
        rows = VOICE_COUNT * (line + 1) + line + self._look.line_height(LARGE) + 30
        return QSize(super().minimumSizeHint().width(), rows)
