"""One track, small and alive: its palette, name, mute, solo, volume, sound, and what sounds on it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from blender_app.core.parameters import parameters_of
from blender_app.session.session import Source, Track
from blender_app.ui.controls.bars import ChoiceBox
from blender_app.ui.controls.parameter_controls import ParameterSlider, tip_of
from blender_app.ui.look.icons import icon
from blender_app.ui.look.theme import SMALL, Look
from blender_app.ui.palette.mini_palette import MiniPalette
from blender_app.ui.tracks.lane import TrackLane

_MARGIN, _GAP, _ROW_GAP = 7, 8, 3
_ROWS = parameters_of(Track)
_WIDTH = 300
_LEAST_MINI = 46
"""Side in pixels of the palette in a narrow tile, with text of the system's size."""


class TrackTile(QWidget):
    """Shows a `track`; a click brings it to the front.

    Colours and fonts come from `look`. Its tip names `key`, which does the same.
    """

    chosen = Signal(str)
    puckMoved = Signal(str, float, float)
    parameterTurned = Signal(str, str, object)
    """Name of the track, name of the row, and the value as it is kept."""
    soundChosen = Signal(str, object)
    settingsAsked = Signal(str)
    gestureStarted = Signal(str)
    gestureEnded = Signal()

    def __init__(self, look: Look, track: Track, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.track_name = track.name
        self._is_front = False
        self._name_room = 0
        self.setAccessibleName(f"Track {track.name}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.mini = MiniPalette(look, self)
        self.lane = TrackLane(look, self)
        self.name_button = self._button(track.name, f"Bring {track.name} to the front", key)
        self.mute = self._toggle("M", "mute")
        self.solo = self._toggle("S", "solo")
        self.settings = self._button("", f"Settings of {track.name}", "")
        self.volume = ParameterSlider(_ROWS["volume"], track.name, self)
        self.sound = ChoiceBox(3, self)
        self.sound.setAccessibleName(f"Sound of {track.name}")
        self.sound.setMaxVisibleItems(24)
        self.mini.set_track(track.name)
        self.lane.set_track(track.name)
        self._connect()
        self._lay_out()
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def _button(self, text: str, tip: str, key: str, checkable: bool = False) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(f"{tip}  ({key})" if key else tip)
        button.setAccessibleName(tip)
        button.setCheckable(checkable)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _toggle(self, text: str, name: str) -> QToolButton:
        """Return a button for a row of the table that is true or false."""
        row = _ROWS[name]
        words = f"{row.label} {self.track_name}"
        button = self._button(text, words, "", checkable=True)
        button.setToolTip(tip_of(row, words))
        button.clicked.connect(lambda on: self.parameterTurned.emit(self.track_name, name, on))
        return button

    def _connect(self) -> None:
        name = self.track_name
        self.name_button.clicked.connect(lambda: self.chosen.emit(name))
        self.lane.chosen.connect(lambda: self.chosen.emit(name))
        self.mini.puckMoved.connect(lambda x, y: self.puckMoved.emit(name, x, y))
        self.mini.gestureStarted.connect(self.gestureStarted)
        self.mini.gestureEnded.connect(self.gestureEnded)
        self.settings.clicked.connect(lambda: self.settingsAsked.emit(name))
        self.sound.activated.connect(lambda _: self.soundChosen.emit(name, self.sound.chosen()))
        self.volume.parameterTurned.connect(lambda row, value: self.parameterTurned.emit(name, row, value))
        self.volume.gestureStarted.connect(self.gestureStarted)
        self.volume.gestureEnded.connect(self.gestureEnded)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        grid.setHorizontalSpacing(_GAP)
        grid.addWidget(self.mini, 0, 0)
        self._side = QWidget(self)
        self._column = column = QVBoxLayout(self._side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_ROW_GAP)
        self._toggles = QWidget(self._side)
        toggles = QHBoxLayout(self._toggles)
        toggles.setContentsMargins(0, 0, 0, 0)
        toggles.setSpacing(2)
        for button in (self.mute, self.solo, self.settings):
            toggles.addWidget(button)
        self._heading = QHBoxLayout()
        self._heading.setSpacing(2)
        self._heading.addWidget(self.name_button)
        self._heading.addStretch(1)
        self._heading.addWidget(self._toggles)
        column.addLayout(self._heading)
        column.addWidget(self.sound)
        column.addWidget(self.volume)
        column.addWidget(self.lane, 1)
        grid.addWidget(self._side, 0, 1)
        grid.setSizeConstraint(QGridLayout.SizeConstraint.SetNoConstraint)
        grid.setColumnStretch(1, 1)

    # -- values -------------------------------------------------------------------------------------

    def show_track(self, track: Track, choices: list[tuple[str, object]], silent: bool) -> None:
        """Show the values of `track`, and whether it is `silent`.

        Its sound is one of `choices`, as of `sound_choices`.
        """
        self.mini.set_puck(track.place)
        self.mute.setChecked(track.mute)
        self.solo.setChecked(track.solo)
        self.sound.show_choices(choices, track.sound)
        self.sound.setToolTip(f"{self.sound.currentText()}: the sound of {track.name}")
        self.volume.show_parameter(track.volume)
        self.lane.set_silent(silent)
        source = "morph" if track.source is Source.MORPH else "palette"
        self.mini.setToolTip(f"The {source} of {track.name}: drag it, or use the arrow keys")

    def set_front(self, front: bool) -> None:
        """Mark that this track is on the big palette (`front`), or not."""
        if front != self._is_front:
            self._is_front = front
            state = "in front" if front else "behind"
            self.name_button.setAccessibleDescription(state)
            self._restyle_name()
            self.update()

    def name_width(self) -> int:
        """Return the width in pixels that the name takes when the track is in front."""
        button, text = self.name_button, self.track_name
        bold = QFontMetrics(self._look.font(SMALL, bold=True)).horizontalAdvance(text)
        return button.sizeHint().width() + bold - button.fontMetrics().horizontalAdvance(text)

    def set_name_room(self, width: int) -> None:
        """Leave names the same `width` in pixels on all tiles, so that palettes are of one size."""
        if width != self._name_room:
            self._name_room = width
            self._fit_mini()
            self.updateGeometry()

    # -- drawing ------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._look.theme
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.color("panel"))
        painter.setPen(QPen(theme.color("text"), 2.0) if self._is_front else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8.0, 8.0)
        painter.end()

    @Slot()
    def _on_look_changed(self) -> None:
        theme, small = self._look.theme, self._look.font(SMALL)
        line = self._look.line_height(SMALL)
        toggles = (
            f"QToolButton {{ padding: 1px 4px; color: {theme.muted}; }}"
            f"QToolButton:checked {{ color: {theme.accent_text}; background: {theme.accent}; }}"
        )
        for button in (self.mute, self.solo, self.settings):
            button.setFont(small)
            button.setStyleSheet(toggles)
            button.setFixedWidth(line + 7)
        self.settings.setIcon(icon("settings", theme.color("muted")))
        self.settings.setIconSize(QSize(line, line))
        self.sound.setFont(small)
        self.sound.setStyleSheet("QComboBox { padding: 1px 6px; }")
        self.volume.setFixedHeight(max(14, round(line * 0.9)))
        self.lane.setMinimumHeight(round(line * 1.9))
        self._restyle_name()
        self._fit_mini()
        self.updateGeometry()

    def _fit_mini(self) -> None:
        """Keep the palette square, as high as what stands beside it if there is room."""
        self._set_narrow(self.width() < self._width_with(self._wide_side()))
        beside = self._side.minimumSizeHint()
        taken = self._narrow_side() if self.sound.isHidden() else self._wide_side()
        room = self.width() - 2 * _MARGIN - _GAP - taken
        side = max(self._least_mini(), min(beside.height(), room))
        if side != self.mini.width():
            self.mini.setFixedSize(side, side)

    def _set_narrow(self, narrow: bool) -> None:
        """Give the buttons the line of the sound, which is in the settings as well."""
        if narrow == self.sound.isHidden():
            return
        self.sound.setVisible(not narrow)
        if narrow:
            self._column.insertWidget(1, self._toggles)
        else:
            self._heading.addWidget(self._toggles)

    def _least_mini(self) -> int:
        return round(_LEAST_MINI * self._look.text_scale)

    def _wide_side(self) -> int:
        heading = self._name_room + self._toggles.sizeHint().width() + 4
        return max(heading, self.sound.minimumSizeHint().width())

    def _narrow_side(self) -> int:
        return max(self._name_room, self._toggles.sizeHint().width())

    def _width_with(self, side: int) -> int:
        return self._least_mini() + side + _GAP + 2 * _MARGIN

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_mini()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._width_with(self._narrow_side()), self.sizeHint().height())

    def sizeHint(self) -> QSize:
        rows = (self.name_button, self.sound, self.volume)
        height = sum(row.sizeHint().height() for row in rows) + self.lane.minimumHeight() + 3 * _ROW_GAP
        # All tiles wish for the same width, so that they share what there is.
        return QSize(round(_WIDTH * self._look.text_scale), height + 2 * _MARGIN)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit_mini()
        return super().event(event)

    def _restyle_name(self) -> None:
        theme = self._look.theme
        color = theme.text if self._is_front else theme.muted
        self.name_button.setFont(self._look.font(SMALL, bold=self._is_front))
        self.name_button.setStyleSheet(f"QToolButton {{ padding: 1px 3px; color: {color}; }}")

    # -- touching -----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.track_name)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.settingsAsked.emit(self.track_name)
