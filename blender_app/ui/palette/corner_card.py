"""A corner of the palette: its pattern, its name, dice, vary, and everything else in a menu."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from blender_app.core.melody_presets import MelodyPreset
from blender_app.core.presets import DrumPreset
from blender_app.ui.controls import accessible
from blender_app.ui.controls.menus import add_entry
from blender_app.ui.look.theme import SMALL, Look
from blender_app.ui.loops.card import LoopCard, unusual_length

PLACES = ("top left", "top right", "bottom left", "bottom right")
_TALLEST = 1.9
_METER_HEIGHT = 3.0


class CornerCard(LoopCard):
    """The card of a `corner`, 0-3; click it to edit it, drop a .mid on it to import it.

    Colours and fonts come from `look`.
    """

    selected = Signal(int)
    cleared = Signal(int)
    copied = Signal(int)
    pasted = Signal(int)
    presetChosen = Signal(int, object)

    def __init__(self, look: Look, corner: int, parent: QWidget | None = None) -> None:
        super().__init__(look, corner, parent)
        self._accuracy = 1.0
        self._too_long_for = ""
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(f"Corner {corner + 1}, {PLACES[corner]}")
        self.setAccessibleDescription("Enter edits it, D rolls the dice, V varies it")
        self._presets: tuple[DrumPreset | MelodyPreset, ...] = ()
        self.presets_menu = QMenu("Presets", self.menu)
        # With the menu round it: one that is empty would not open.
        self.menu.aboutToShow.connect(self._fill_presets)
        self._make_buttons()
        self._make_menu()
        self._on_look_changed()

    def _make_buttons(self) -> None:
        name = f"corner {self._place + 1}"
        self._row.setSpacing(2)
        self._add_dice_and_vary(name)
        self._add_more(f"More for {name}: presets, copy, paste, import")
        self._row.addStretch(1)

    def _make_menu(self) -> None:
        self.menu.addMenu(self.presets_menu)
        self.menu.addMenu(self.length_menu)
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
            action.triggered.connect(lambda _=False, one=signal: one.emit(self._place))
            action.setObjectName(text)
            self.menu.addAction(action)
        self.menu.addAction(self.user_edited_action)

    # -- values -------------------------------------------------------------------------------------

    def set_presets(self, presets: Iterable[DrumPreset | MelodyPreset]) -> None:
        """Offer `presets`."""
        self._presets = tuple(presets)

    @Slot()
    def _fill_presets(self) -> None:
        self.presets_menu.clear()
        for preset in self._presets:
            add_entry(self.presets_menu, preset.name, partial(self.presetChosen.emit, self._place, preset))

    def set_accuracy(self, share: float) -> None:
        """Show the `share` of the corner that the model says by itself, 0-1."""
        if share != self._accuracy:
            self._accuracy = share
            self._show_tip()
            self.update()

    def set_too_long_for(self, model: str) -> None:
        """Show that a model's loops are shorter than this corner, so that the track is cross-faded.

        Parameters
        ----------
        model
            Its name; empty where the corner is not too long.
        """
        if model != self._too_long_for:
            self._too_long_for = model
            self._show_tip()
            self.update()
            accessible.announce(self)

    def _show_tip(self) -> None:
        share = self._accuracy
        words = "all of this corner" if share >= 0.999 else f"{share:.0%} of this corner's steps"
        blended = "" if share >= 0.999 else "; the rest is blended in"
        self.setToolTip(
            f"The loops of {self._too_long_for} are shorter than this corner: the track is cross-faded"
            if self._too_long_for
            else f"The model holds {words}{blended}"
        )

    def set_can_paste(self, can: bool) -> None:
        """Say whether one `can` paste here."""
        for action in self.menu.actions():
            if action.objectName() == "Paste":
                action.setEnabled(can)

    # -- drawing ------------------------------------------------------------------------------------

    def _place_buttons(self) -> None:
        height = self._buttons.sizeHint().height()
        picture = self.picture_rect()
        self._buttons.setGeometry(0, round(picture.bottom()) + self._text_height() + 6, self.width(), height)

    def _text_height(self) -> int:
        return self._look.line_height() + 4

    def picture_rect(self) -> QRectF:
        """Return where the loop is drawn, in pixels; the lower cards stand on the palette's lower edge."""
        below = self._text_height() + 8 + self._buttons.sizeHint().height()
        room = max(24.0, float(self.height() - below - 3))
        height = min(room, self.width() * _TALLEST)
        top = 3.0 if self._place < 2 else 3.0 + room - height
        return QRectF(3.0, top, self.width() - 6.0, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = self.picture_rect()
        self._paint_picture(painter, rect)
        if self._too_long_for:
            self._paint_crossfaded(painter, rect)
        else:
            self._paint_meter(painter, rect)
        self._paint_frame(painter, rect)
        self._paint_name(painter, rect)
        painter.end()

    def _paint_meter(self, painter: QPainter, rect: QRectF) -> None:
        """Draw how much the model holds, where it is not all."""
        if self._accuracy >= 0.999:
            return
        full = QRectF(rect.left() + 8, rect.bottom() - 8, rect.width() - 16, _METER_HEIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 110))
        painter.drawRoundedRect(full, 1.5, 1.5)
        painter.setBrush(QColor(255, 255, 255))
        full.setWidth(full.width() * max(0.0, self._accuracy))
        painter.drawRoundedRect(full, 1.5, 1.5)

    def _paint_crossfaded(self, painter: QPainter, rect: QRectF) -> None:
        """Write on the picture's lower edge that no model blends this corner."""
        font = self._look.font(SMALL)
        line = QRectF(rect.left(), rect.bottom() - self._look.line_height(SMALL) - 2, rect.width(), 0.0)
        line.setBottom(rect.bottom())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 130))
        painter.drawRoundedRect(line, self._ROUNDNESS, self._ROUNDNESS)
        painter.setFont(font)
        painter.setPen(QColor(255, 255, 255))
        words = QFontMetrics(font).elidedText(
            "cross-faded", Qt.TextElideMode.ElideRight, round(line.width()) - 4
        )
        painter.drawText(line, int(Qt.AlignmentFlag.AlignCenter), words)

    def _paint_name(self, painter: QPainter, rect: QRectF) -> None:
        font = self._look.font()
        painter.setFont(font)
        painter.setPen(self._look.theme.color("text" if self._is_selected else "muted"))
        metrics, base = QFontMetrics(font), rect.bottom() + 4 + QFontMetrics(font).ascent()
        length = unusual_length(self._loop)
        room = self.width() - 6 - (metrics.horizontalAdvance(f"{length} ") if length else 0)
        words = f"{self._place + 1}  {self._name}"
        name = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(3.0, base), name)
        if length:
            painter.setPen(self._look.theme.color("muted"))
            painter.drawText(QPointF(self.width() - 3.0 - metrics.horizontalAdvance(length), base), length)

    def sizeHint(self) -> QSize:
        return QSize(120, 220)

    def minimumSizeHint(self) -> QSize:
        return QSize(
            max(72, self._buttons.sizeHint().width()),
            54 + self._text_height() + self._buttons.sizeHint().height(),
        )

    # -- touching -----------------------------------------------------------------------------------

    def _choose(self) -> None:
        self.selected.emit(self._place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose()

    # -- for the screen reader ----------------------------------------------------------------------

    def accessible_text(self) -> str:
        """Return the corner's name and pattern in words."""
        held = f"longer than loops of {self._too_long_for}, cross-faded" if self._too_long_for else ""
        return f"{super().accessible_text()}, {held or f'held {self._accuracy:.0%}'}"

    def accessible_number(self) -> tuple[float, float, float, float]:
        """Return how much of the corner the model holds, 0-1."""
        return self._accuracy, 0.0, 1.0, 0.0

    def set_accessible_number(self, value: float) -> None:
        """Do nothing with `value`: the meter only shows."""
