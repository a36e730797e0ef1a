"""A corner of the palette: its pattern, its name, dice, vary, and everything else in a menu."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from blender_app.core.drums import DrumLoop
from blender_app.core.melody_presets import MelodyPreset
from blender_app.core.presets import DrumPreset
from blender_app.session.document import Loop
from blender_app.ui import accessible
from blender_app.ui.icons import icon
from blender_app.ui.loop_drag import dragged_clip
from blender_app.ui.loop_pictures import picture
from blender_app.ui.theme import KEYBOARD_REASONS, Look

PLACES = ("top left", "top right", "bottom left", "bottom right")
MIDI_SUFFIXES = (".mid", ".midi")
_TALLEST = 1.9
_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_D, Qt.Key.Key_V)
_METER_HEIGHT = 3.0


class CornerCard(QWidget):
    """One corner; click it to edit it, drop a .mid on it to import it."""

    selected = Signal(int)
    diceRolled = Signal(int)
    varied = Signal(int)
    cleared = Signal(int)
    copied = Signal(int)
    pasted = Signal(int)
    presetChosen = Signal(int, object)
    importAsked = Signal(int)
    fileDropped = Signal(int, str)
    clipDropped = Signal(int, object)
    drawnToggled = Signal(int, bool)

    def __init__(self, look: Look, corner: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._corner = look, corner
        self._loop: Loop = DrumLoop.empty()
        self._name = ""
        self._held = 1.0
        self._is_selected = self._drop_hovers = self._by_keys = False
        self._picture: QPixmap | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(f"Corner {corner + 1}, {PLACES[corner]}")
        self.setAccessibleDescription("Enter edits it, D rolls the dice, V varies it")
        self.menu = QMenu(self)
        self._presets = QMenu("Presets", self.menu)
        self._buttons = QWidget(self)
        self._make_buttons()
        self._make_menu()
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()
        accessible.install()

    def _make_buttons(self) -> None:
        row = QHBoxLayout(self._buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        number = self._corner + 1
        self.dice_button = self._button(f"Dice: a new loop for corner {number}", self._on_dice)
        self.vary_button = self._button(f"Vary corner {number} a little", self._on_vary)
        self.more_button = self._button(f"More for corner {number}: presets, copy, paste, import", None)
        self.more_button.setMenu(self.menu)
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        for button in (self.dice_button, self.vary_button, self.more_button):
            row.addWidget(button)
        row.addStretch(1)

    def _button(self, tip: str, slot: object) -> QToolButton:
        button = QToolButton(self._buttons)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setCursor(Qt.CursorShape.ArrowCursor)
        if slot is not None:
            button.clicked.connect(slot)
        return button

    def _make_menu(self) -> None:
        self.menu.addMenu(self._presets)
        for text, signal in (
            ("Import .mid…", self.importAsked),
            (None, None),
            ("Copy", self.copied),
            ("Paste", self.pasted),
            ("Clear", self.cleared),
        ):
            if text is None or signal is None:
                self.menu.addSeparator()
                continue
            action = QAction(text, self.menu)
            action.triggered.connect(lambda _=False, one=signal: one.emit(self._corner))
            action.setObjectName(text)
            self.menu.addAction(action)
        self.drawn_action = QAction("Leave it out of the key", self.menu)
        self.drawn_action.setCheckable(True)
        self.drawn_action.triggered.connect(lambda on: self.drawnToggled.emit(self._corner, on))
        self.menu.addAction(self.drawn_action)

    # -- values -------------------------------------------------------------------------------------

    def set_presets(self, presets: Iterable[DrumPreset | MelodyPreset]) -> None:
        """Offer these named loops."""
        self._presets.clear()
        for preset in presets:
            action = QAction(preset.name, self._presets)
            action.triggered.connect(lambda _=False, one=preset: self.presetChosen.emit(self._corner, one))
            self._presets.addAction(action)

    def set_loop(self, loop: Loop, name: str) -> None:
        """Show another loop and its name."""
        if loop is not self._loop or name != self._name:
            self._loop, self._name = loop, name
            self._redraw()
            accessible.announce(self)

    def set_held(self, share: float) -> None:
        """Show how much of the corner the model says by itself, 0-1."""
        if share != self._held:
            self._held = share
            words = "all of this corner" if share >= 0.999 else f"{share:.0%} of this corner's steps"
            self.setToolTip(
                f"The model holds {words}" + ("" if share >= 0.999 else "; the rest is blended in")
            )
            self.update()

    def set_drawn(self, in_key: bool, drawn: bool) -> None:
        """Offer to leave the corner as it was drawn, where there is a key that it could be brought into."""
        self.drawn_action.setVisible(in_key)
        self.drawn_action.setChecked(drawn)

    def set_can_paste(self, can: bool) -> None:
        """Offer to paste, or not."""
        for action in self.menu.actions():
            if action.objectName() == "Paste":
                action.setEnabled(can)

    def set_selected(self, chosen: bool) -> None:
        """Mark that this is the corner in the editor."""
        if chosen != self._is_selected:
            self._is_selected = chosen
            self.update()

    # -- drawing ------------------------------------------------------------------------------------

    @Slot()
    def _on_look_changed(self) -> None:
        color = self._look.theme.color("muted")
        side = round(self._look.line_height() * 1.2)
        for button, name in (
            (self.dice_button, "dice"),
            (self.vary_button, "vary"),
            (self.more_button, "more"),
        ):
            button.setIcon(icon(name, color))
            button.setIconSize(QSize(side, side))
        self._layout_buttons()
        self._redraw()

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._layout_buttons()
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._layout_buttons()

    def _layout_buttons(self) -> None:
        height = self._buttons.sizeHint().height()
        picture = self._picture_rect()
        self._buttons.setGeometry(0, round(picture.bottom()) + self._text_height() + 6, self.width(), height)

    def _text_height(self) -> int:
        return self._look.line_height() + 4

    def _picture_rect(self) -> QRectF:
        """Return where the pattern is; the lower cards stand on the palette's lower edge."""
        below = self._text_height() + 8 + self._buttons.sizeHint().height()
        room = max(24.0, float(self.height() - below - 3))
        height = min(room, self.width() * _TALLEST)
        top = 3.0 if self._corner < 2 else 3.0 + room - height
        return QRectF(3.0, top, self.width() - 6.0, height)

    def _drawn(self) -> QPixmap:
        if self._picture is None:
            ratio, rect = self.devicePixelRatioF(), self._picture_rect()
            width, height = max(8, round(rect.width() * ratio)), max(8, round(rect.height() * ratio))
            image = picture(self._loop, self._look.hues.labs[self._corner], (width, height), 5.0 * ratio)
            self._picture = QPixmap.fromImage(image)
            self._picture.setDevicePixelRatio(ratio)
        return self._picture

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = self._picture_rect()
        painter.drawPixmap(rect.topLeft(), self._drawn())
        self._paint_meter(painter, rect)
        self._paint_frame(painter, rect)
        self._paint_name(painter, rect)
        painter.end()

    def _paint_meter(self, painter: QPainter, rect: QRectF) -> None:
        """Draw how much the model holds, where it is not all."""
        if self._held >= 0.999:
            return
        full = QRectF(rect.left() + 8, rect.bottom() - 8, rect.width() - 16, _METER_HEIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 110))
        painter.drawRoundedRect(full, 1.5, 1.5)
        painter.setBrush(QColor(255, 255, 255))
        full.setWidth(full.width() * max(0.0, self._held))
        painter.drawRoundedRect(full, 1.5, 1.5)

    def _paint_frame(self, painter: QPainter, rect: QRectF) -> None:
        theme = self._look.theme
        focused = self._drop_hovers or (self._by_keys and self.hasFocus())
        color = theme.color("accent" if focused else "text")
        if self._is_selected or focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color, 2.0))
            painter.drawRoundedRect(rect.adjusted(-2.0, -2.0, 2.0, 2.0), 7.0, 7.0)

    def _paint_name(self, painter: QPainter, rect: QRectF) -> None:
        font = self._look.font()
        painter.setFont(font)
        painter.setPen(self._look.theme.color("text" if self._is_selected else "muted"))
        words = f"{self._corner + 1}  {self._name}"
        name = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, self.width() - 6)
        painter.drawText(QPointF(3.0, rect.bottom() + 4 + QFontMetrics(font).ascent()), name)

    def sizeHint(self) -> QSize:
        return QSize(120, 220)

    def minimumSizeHint(self) -> QSize:
        return QSize(
            max(72, self._buttons.sizeHint().width()),
            54 + self._text_height() + self._buttons.sizeHint().height(),
        )

    # -- touching -----------------------------------------------------------------------------------

    @Slot()
    def _on_dice(self) -> None:
        self.diceRolled.emit(self._corner)

    @Slot()
    def _on_vary(self) -> None:
        self.varied.emit(self._corner)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.selected.emit(self._corner)

    def contextMenuEvent(self, event: object) -> None:
        self.menu.popup(self.cursor().pos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.modifiers() or key not in _KEYS:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_D:
            self.diceRolled.emit(self._corner)
        elif key == Qt.Key.Key_V:
            self.varied.emit(self._corner)
        else:
            self.selected.emit(self._corner)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._redraw()
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and not event.modifiers() and event.key() in _KEYS:
            event.accept()  # the key is for this corner, not for the one in the editor
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keys = event.reason() in KEYBOARD_REASONS
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    # -- dropping a file ----------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dragged_clip(event) or midi_files(url.toLocalFile() for url in event.mimeData().urls()):
            self._drop_hovers = True
            self.update()
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: object) -> None:
        self._drop_hovers = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_hovers = False
        self.update()
        clip = dragged_clip(event)
        files = midi_files(url.toLocalFile() for url in event.mimeData().urls())
        if clip is not None:
            event.acceptProposedAction()
            self.clipDropped.emit(self._corner, clip)
        elif files:
            event.acceptProposedAction()
            self.fileDropped.emit(self._corner, files[0])

    # -- for the screen reader ----------------------------------------------------------------------

    def accessible_text(self) -> str:
        """Return the corner's name and pattern in words."""
        return f"{self._name}, {accessible.describe_loop(self._loop)}, held {self._held:.0%}"

    def accessible_number(self) -> tuple[float, float, float, float]:
        """Return how much of the corner the model holds, 0-1."""
        return self._held, 0.0, 1.0, 0.0

    def set_accessible_number(self, value: float) -> None:
        """Do nothing: the meter only shows."""


def midi_files(paths: object) -> Sequence[str]:
    """Return those of an iterable of paths that are Standard MIDI Files by their names."""
    return [str(path) for path in paths if Path(str(path)).suffix.lower() in MIDI_SUFFIXES]  # type: ignore[attr-defined]
