"""The line at the bottom: sound, MIDI, lateness, load and model, each with what to do in its tip."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QToolButton, QWidget

from blender_app.session.status import ModelState, Status
from blender_app.ui.controls.actions import Actions
from blender_app.ui.controls.bars import action_button
from blender_app.ui.controls.flow_layout import FlowLayout
from blender_app.ui.look.theme import SMALL, Look


class StatusBar(QFrame):
    """Shows a `Status`; a click on a part tells more.

    Colours and fonts come from `look`, buttons from `actions`.
    """

    partClicked = Signal(str)

    def __init__(self, look: Look, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._status = Status()
        self._hint = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        flow = FlowLayout(self, 6, (8, 1, 8, 1))
        self.parts: dict[str, QToolButton] = {}
        for name in ("audio", "midi", "late", "cpu", "model"):
            button = QToolButton(self)
            button.clicked.connect(lambda _=False, one=name: self.partClicked.emit(one))
            flow.addWidget(button)
            self.parts[name] = button
        flow.add_stretch()
        self.hint = QLabel(self)
        flow.addWidget(self.hint)
        self.help_button = action_button(actions["help"], look, self)
        flow.addWidget(self.help_button)
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def show_status(self, status: Status) -> None:
        """Show by `status` what the devices and the model do."""
        self._status = status
        starting = status.audio == "starting"
        audio_bad = not status.audio_ok and status.audio not in ("starting", "off")
        model_bad = status.model_state is ModelState.FAILED
        model = {
            ModelState.LOADING: "model loading, the palette plays already",
            ModelState.READY: f"model {status.model}",
            ModelState.FAILED: "no model",
        }[status.model_state]
        self._show("audio", f"audio: {status.audio}", audio_bad and not starting, status.message or "Sound")
        self._show("midi", f"midi: {status.midi}", False, status.midi_message or "Where the notes go")
        late_tip = "Notes that left more than 2 ms late since the start"
        self._show("late", f"late events {status.late_events}", status.late_events > 0, late_tip)
        self._show("cpu", f"cpu {status.cpu:.0%}", status.cpu > 0.8, "Share of one core that the engine uses")
        self._show("model", model, model_bad, status.model or model)

    def show_hint(self, text: str) -> None:
        """Say by `text` what the keys do here, where there is room for it."""
        self._hint = text
        room = self.width() - sum(part.sizeHint().width() + 6 for part in self.parts.values()) - 90
        fits = QFontMetrics(self.hint.font()).horizontalAdvance(text) < room
        self.hint.setText(text if fits else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.show_hint(self._hint)

    def _show(self, name: str, text: str, bad: bool, tip: str) -> None:
        button = self.parts[name]
        color = self._look.theme.warning if bad else self._look.theme.muted
        sheet = f"QToolButton {{ color: {color}; padding: 1px 5px; }}"
        if button.text() != text or button.styleSheet() != sheet:
            button.setText(text)
            button.setStyleSheet(sheet)
            button.updateGeometry()
        button.setToolTip(tip)
        button.setAccessibleName(text)
        button.setAccessibleDescription(tip)

    @Slot()
    def _on_look_changed(self) -> None:
        theme = self._look.theme
        self.setStyleSheet(f"StatusBar {{ border-top: 1px solid {theme.line}; background: {theme.panel}; }}")
        for widget in (*self.parts.values(), self.hint):
            widget.setFont(self._look.font(SMALL))
        self.hint.setStyleSheet(f"color: {theme.muted};")
        self.show_status(self._status)
        self.show_hint(self._hint)
