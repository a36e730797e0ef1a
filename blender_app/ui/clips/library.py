"""The clip library: loops that were kept, to hear again, to mix, to put into a corner, to carry away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QKeyEvent,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from blender_app.session import clips as clip_edits
from blender_app.session.edits.lengths import LengthEdit
from blender_app.session.morphing import END_LETTERS
from blender_app.session.session import CORNER_COUNT, Clip, TrackKind
from blender_app.ui.clips.list import ClipList
from blender_app.ui.clips.model import ClipModel
from blender_app.ui.controls.bars import caption
from blender_app.ui.controls.menus import add_entry
from blender_app.ui.look.icons import icon
from blender_app.ui.look.theme import Look
from blender_app.ui.loops.drag import LoopDrag, WriteMidi
from blender_app.ui.loops.length_menu import LengthMenu

HELP_ROWS = (
    ("In the clip library", "Click, Enter", "hear the clip"),
    ("In the clip library", "Left, Right; Alt+Left, Alt+Right", "another clip; move it along"),
    ("In the clip library", "1 to 4; A, B", "into a corner; to an end of the morph"),
    ("In the clip library", "F2, Delete", "rename, remove"),
    ("In the clip library", "E, drag", "the clip as a .mid"),
)


class ClipLibrary(QWidget):
    """Shows the clips and tells what is done with them; a clip is told by its index.

    Colours and fonts come from `look`.

    Notes
    -----
    `clipsEdited` carries the clips as they are to be, and what was done for the undo menu.
    """

    clipsEdited = Signal(object, str)
    keepAsked = Signal()
    auditionAsked = Signal(int)
    toCornerAsked = Signal(int, int)
    toEndAsked = Signal(int, int)
    exportAsked = Signal(int)
    lengthChosen = Signal(int, object)
    """Clip, and `LengthEdit`."""
    full = Signal()
    """A clip found no room."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.model = ClipModel(look, self)
        self.list = ClipList(look, self.model, self)
        self.drag = LoopDrag(self)
        self.menu = QMenu(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.keep_button = QToolButton(self)
        self.keep_button.setToolTip("Keep what sounds in the clip library")
        self.keep_button.setAccessibleName("Keep what sounds as a clip")
        self.keep_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.keep_button.clicked.connect(self.keepAsked)
        side = QVBoxLayout()
        side.setSpacing(2)
        side.addWidget(caption("clips", look, self))
        side.addWidget(self.keep_button)
        side.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addLayout(side)
        row.addWidget(self.list, 1)
        self._fill_menu()
        self._connect()
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def _connect(self) -> None:
        self.list.clicked.connect(lambda index: self.auditionAsked.emit(index.row()))
        self.list.clipDragged.connect(self._drag)
        self.list.menuAsked.connect(self._show_menu)
        self.list.keyPressed.connect(self._take_key)
        self.list.clipDropped.connect(self.add)
        self.model.dataChanged.connect(self._on_model_dataChanged)

    def _fill_menu(self) -> None:
        self._add("Hear it", self.auditionAsked.emit)
        self.menu.addSeparator()
        self.fitting_actions = [
            self._add(f"Into corner {corner + 1}", partial(self._to_corner, corner))
            for corner in range(CORNER_COUNT)
        ]
        self.menu.addSeparator()
        self.fitting_actions += [
            self._add(f"To end {letter} of the morph", partial(self._to_end, end))
            for end, letter in enumerate(END_LETTERS)
        ]
        self.menu.addSeparator()
        self.length_menu = LengthMenu(self)
        self.length_menu.chosen.connect(self._change_length)
        self.menu.addMenu(self.length_menu)
        self._add("Export as .mid…", self.exportAsked.emit)
        self._add("Rename", self.rename)
        self._add("Remove", self.remove)

    def _add(self, text: str, act: Callable[[int], object]) -> QAction:
        return add_entry(self.menu, text, partial(self._with_row, act))

    def _with_row(self, act: Callable[[int], object]) -> None:
        if self.row >= 0:
            act(self.row)

    # -- values -------------------------------------------------------------------------------------

    @property
    def row(self) -> int:
        """The chosen clip, -1 for none."""
        return self.list.currentIndex().row()

    def set_clips(self, clips: Sequence[Clip]) -> None:
        """Show `clips` instead; the choice stays where it was."""
        clips = tuple(clips)
        if clips != self.model.clips:
            row, grown = self.row, len(clips) == len(self.model.clips) + 1
            self.model.set_ratio(self.devicePixelRatioF())
            self.model.set_clips(clips)
            if clips:
                self.select(len(clips) - 1 if grown else min(max(row, 0), len(clips) - 1))

    def set_kind(self, kind: TrackKind) -> None:
        """Dim what a track of a `kind` cannot play."""
        self.model.set_kind(kind)

    def set_midi_writer(self, write: WriteMidi | None) -> None:
        """Say by `write` how a clip becomes a MIDI file, for what is dragged out of the window."""
        self.drag.write = write

    def select(self, row: int) -> None:
        """Choose the clip at `row`."""
        index = self.model.index(row)
        self.list.setCurrentIndex(index)
        self.list.scrollTo(index)

    # -- edits --------------------------------------------------------------------------------------

    @Slot(object)
    def add(self, clip: Clip) -> None:
        """Put `clip` at the end of the library, or tell that it is full."""
        clips = clip_edits.added(self.model.clips, clip)
        if clips is self.model.clips:
            self.full.emit()
        else:
            self._edit(clips, "Keep clip")

    def rename(self, row: int) -> None:
        """Let the name of the clip at `row` be typed."""
        self.list.edit(self.model.index(row))

    def remove(self, row: int) -> None:
        """Take the clip at `row` out of the library."""
        self._edit(clip_edits.removed(self.model.clips, row), "Remove clip")

    def _move(self, row: int, to: int) -> None:
        to = min(max(to, 0), len(self.model.clips) - 1)
        self._edit(clip_edits.moved(self.model.clips, row, to), "Move clip")
        self.select(to)

    def _edit(self, clips: tuple[Clip, ...], text: str) -> None:
        if clips != self.model.clips:
            self.set_clips(clips)
            self.clipsEdited.emit(clips, text)

    @Slot()
    def _on_model_dataChanged(self) -> None:
        renamed, self.model.renamed = self.model.renamed, None
        if renamed is not None:
            self._edit(clip_edits.renamed(self.model.clips, *renamed), "Rename clip")

    def _to_corner(self, corner: int, row: int) -> None:
        if self.model.fits(row):
            self.toCornerAsked.emit(row, corner)

    def _to_end(self, end: int, row: int) -> None:
        if self.model.fits(row):
            self.toEndAsked.emit(row, end)

    @Slot(object)
    def _change_length(self, edit: LengthEdit) -> None:
        self._with_row(lambda row: self.lengthChosen.emit(row, edit))

    # -- touching -----------------------------------------------------------------------------------

    @Slot(int)
    def _drag(self, row: int) -> None:
        self.drag.start(self.model.clips[row], self.model.picture(row))

    @Slot(int, QPoint)
    def _show_menu(self, row: int, where: QPoint) -> None:
        for action in self.fitting_actions:
            action.setEnabled(self.model.fits(row))
        self.length_menu.set_loop(self.model.clips[row].loop)
        self.menu.popup(where)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if self.list.hasFocus() and self.row >= 0 and self._action_of(event) is not None:
                event.accept()
                return True
        elif event.type() == QEvent.Type.DevicePixelRatioChange:
            self.model.set_ratio(self.devicePixelRatioF())
        return super().event(event)

    @Slot(object)
    def _take_key(self, event: QKeyEvent) -> None:
        action = self._action_of(event)
        if action is not None:
            event.accept()
            action()

    def _action_of(self, event: QKeyEvent) -> Callable[[], object] | None:
        """Return what a key does to the chosen clip; None for a key of somebody else."""
        key, row = Qt.Key(event.key()), self.row
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if modifiers == Qt.KeyboardModifier.AltModifier and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            return lambda: self._move(row, row + (1 if key == Qt.Key.Key_Right else -1))
        if modifiers:
            return None
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_4:
            corner = int(key) - int(Qt.Key.Key_1)
            return lambda: self._to_corner(corner, row)
        if key in (Qt.Key.Key_A, Qt.Key.Key_B):
            end = int(key) - int(Qt.Key.Key_A)
            return lambda: self._to_end(end, row)
        actions: dict[Qt.Key, Callable[[], object]] = {
            Qt.Key.Key_Return: lambda: self.auditionAsked.emit(row),
            Qt.Key.Key_Enter: lambda: self.auditionAsked.emit(row),
            Qt.Key.Key_E: lambda: self.exportAsked.emit(row),
            Qt.Key.Key_Delete: lambda: self.remove(row),
            Qt.Key.Key_Backspace: lambda: self.remove(row),
        }
        return actions.get(key)

    # -- look ---------------------------------------------------------------------------------------

    @Slot()
    def _on_look_changed(self) -> None:
        side = round(self._look.line_height() * 1.15)
        self.keep_button.setIcon(icon("keep", self._look.theme.color("text")))
        self.keep_button.setIconSize(QSize(side, side))
        theme = self._look.theme
        self.list.setStyleSheet(f"QListView {{ background: {theme.panel}; border-radius: 6px; }}")
        self.list.setFixedHeight(self.list.sizeHint().height())
        self.model.set_ratio(self.devicePixelRatioF())
        self.list.scheduleDelayedItemsLayout()
