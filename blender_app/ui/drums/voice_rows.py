"""Mute, solo and volume of each voice, in rows that line up with the pattern beside them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QToolButton, QWidget

from blender_app.core.drums import VOICE_COUNT, VOICES
from blender_app.engine.messages import VoiceMix
from blender_app.ui.look.theme import SMALL, Look

HEARD_VELOCITY = 100
"""How loud a voice is that is heard because its name is clicked."""
_VOLUME_STEPS = 100


class _Rows(QWidget):
    """Something beside a pattern with one row a voice; the kick at the bottom."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._top, self._height = 0.0, 10.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def set_rows(self, top: float, height: float) -> None:
        """Line up with rows that begin at `top` and are `height` tall, in pixels."""
        self._top, self._height = top, height
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _button(self, text: str, tip: str, checkable: bool) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setCheckable(checkable)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _row(self, voice: int, least: int) -> tuple[int, int]:
        """Return top and height of what stands in a voice's row, at least `least` tall if there is room."""
        height = min(least, max(10, round(self._height) - 1))
        middle = self._top + (VOICE_COUNT - 0.5 - voice) * self._height
        return round(middle - height / 2), height

    def _arrange(self) -> None:
        """Place the widgets of each row."""


class VoiceNames(_Rows):
    """The names of the voices; a click lets one be heard. Colours and fonts come from `look`."""

    nameClicked = Signal(int)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.names = [self._button(name, f"Hear the {name}", False) for name in VOICES]
        for voice, button in enumerate(self.names):
            button.clicked.connect(lambda _=False, one=voice: self.nameClicked.emit(one))
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    @Slot()
    def _on_look_changed(self) -> None:
        sheet = f"QToolButton {{ padding: 0 5px; color: {self._look.theme.muted}; }}"
        for button in self.names:
            button.setStyleSheet(sheet)
            button.setFont(self._look.font(SMALL))
        self.setFixedWidth(name_column_width(self._look))
        self._arrange()

    def _arrange(self) -> None:
        for voice, button in enumerate(self.names):
            top, height = self._row(voice, self._look.line_height(SMALL) + 4)
            width = min(self.width(), button.sizeHint().width())
            button.setGeometry(self.width() - width, top, width, height)


class VoiceRows(_Rows):
    """Mute, solo and volume of each voice; colours and fonts come from `look`."""

    mixChanged = Signal(int, object)
    gestureStarted = Signal(str)
    gestureEnded = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._mix: tuple[VoiceMix, ...] = (VoiceMix(),) * VOICE_COUNT
        self.mutes = [self._toggle(voice, "mute", "M") for voice in range(VOICE_COUNT)]
        self.solos = [self._toggle(voice, "solo", "S") for voice in range(VOICE_COUNT)]
        self.volumes = [self._slider(voice) for voice in range(VOICE_COUNT)]
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def _toggle(self, voice: int, field: str, letter: str) -> QToolButton:
        button = self._button(letter, f"{field.capitalize()} the {VOICES[voice]}", True)
        button.toggled.connect(lambda on: self._change(voice, **{field: on}))
        return button

    def _slider(self, voice: int) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(0, _VOLUME_STEPS)
        slider.setValue(_VOLUME_STEPS)
        slider.setAccessibleName(f"Volume of the {VOICES[voice]}")
        slider.setToolTip(f"Volume of the {VOICES[voice]}")
        slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        slider.valueChanged.connect(lambda value: self._change(voice, volume=value / _VOLUME_STEPS))
        slider.sliderPressed.connect(lambda: self.gestureStarted.emit("Voice volume"))
        slider.sliderReleased.connect(self.gestureEnded)
        return slider

    def _change(self, voice: int, **values: object) -> None:
        mix = replace(self._mix[voice], **values)  # type: ignore[arg-type]
        if mix != self._mix[voice]:
            self._mix = (*self._mix[:voice], mix, *self._mix[voice + 1 :])
            self.mixChanged.emit(voice, mix)

    def set_mix(self, mix: tuple[VoiceMix, ...]) -> None:
        """Show `mix`, a voice each, instead."""
        self._mix = mix
        for voice, one in enumerate(mix):
            self.mutes[voice].setChecked(one.mute)
            self.solos[voice].setChecked(one.solo)
            if not self.volumes[voice].isSliderDown():
                blocked = self.volumes[voice].blockSignals(True)
                self.volumes[voice].setValue(round(one.volume * _VOLUME_STEPS))
                self.volumes[voice].blockSignals(blocked)

    @Slot()
    def _on_look_changed(self) -> None:
        theme = self._look.theme
        sheet = (
            f"QToolButton {{ padding: 0; color: {theme.muted}; }}"
            f"QToolButton:checked {{ color: {theme.accent_text}; background: {theme.accent};"
            f" border-color: {theme.accent}; }}"
        )
        for button in (*self.mutes, *self.solos):
            button.setStyleSheet(sheet)
            button.setFont(self._look.font(SMALL))
        self.setFixedWidth(2 * self._side() + 2 + self._volume_width() + 6)
        self._arrange()

    def _side(self) -> int:
        return self._look.line_height(SMALL) + 4

    def _volume_width(self) -> int:
        return round(44 * self._look.text_scale)

    def _arrange(self) -> None:
        side = self._side()
        for voice in range(VOICE_COUNT):
            top, height = self._row(voice, side)
            self.mutes[voice].setGeometry(0, top, side, height)
            self.solos[voice].setGeometry(side + 2, top, side, height)
            self.volumes[voice].setGeometry(2 * side + 8, top, self._volume_width(), height)


def name_column_width(look: Look) -> int:
    """Return how wide the column of voice names is in the font of `look`, in pixels."""
    metrics = QFontMetrics(look.font(SMALL))
    return max(metrics.horizontalAdvance(name) for name in VOICES) + 14


def silent_voices(mix: tuple[VoiceMix, ...]) -> frozenset[int]:
    """Return the voices that mute and solo in `mix` keep silent."""
    any_solo = any(voice.solo for voice in mix)
    return frozenset(
        index
        for index, voice in enumerate(mix)
        if voice.mute or (any_solo and not voice.solo) or voice.volume <= 0.0
    )
