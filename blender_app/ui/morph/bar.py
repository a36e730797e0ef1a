"""The controls of the morph: how many steps, the sweep, how far it wanders, what becomes of the step."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from blender_app.core.parameters import parameters_of
from blender_app.session.morphing import step_positions
from blender_app.session.session import (
    DEFAULT_MORPH_STEPS,
    DEFAULT_SWEEP_BARS,
    MAX_MORPH_STEPS,
    MAX_SWEEP_BARS,
    MIN_MORPH_STEPS,
    MIN_SWEEP_BARS,
    Morph,
    Track,
)
from blender_app.ui.controls.bars import captioned
from blender_app.ui.controls.flow_layout import FlowLayout
from blender_app.ui.controls.number_box import NumberBox
from blender_app.ui.controls.parameter_controls import ParameterBox
from blender_app.ui.look.color import to_qcolor
from blender_app.ui.look.icons import icon
from blender_app.ui.look.theme import Look
from blender_app.ui.morph.picture import step_labs


class SwapButton(QToolButton):
    """The round button between the ends; colours come from `look`."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setToolTip("Swap A and B  (R)")
        self.setAccessibleName("Swap A and B")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    @Slot()
    def _on_look_changed(self) -> None:
        theme, side = self._look.theme, round(self._look.line_height() * 1.15)
        self.setIcon(icon("swap", theme.color("text")))
        self.setIconSize(QSize(side, side))
        # It lies on the line between the ends.
        self.setStyleSheet(f"QToolButton {{ background: {theme.raised}; }}")


class StepsLine(QWidget):
    """The line between the ends, with a dot for each step; colours come from `look`."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._steps, self._gap = DEFAULT_MORPH_STEPS, 0
        look.changed.connect(self.update)

    def set_steps(self, steps: int) -> None:
        """Show another number of `steps`."""
        if steps != self._steps:
            self._steps = steps
            self.update()

    def set_gap(self, gap: int) -> None:
        """Leave a `gap` in the middle, in pixels."""
        if gap != self._gap:
            self._gap = gap
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y, first, last = self.height() / 2.0, 5.0, self.width() - 5.0
        painter.setPen(QPen(self._look.theme.color("line"), 2.0))
        painter.drawLine(QPointF(first, y), QPointF(last, y))
        painter.setPen(Qt.PenStyle.NoPen)
        radius = min(3.0, 0.36 * (last - first) / self._steps)
        for share, lab in zip(step_positions(self._steps), step_labs(self._look, self._steps), strict=True):
            x = first + float(share) * (last - first)
            if abs(x - self.width() / 2.0) > self._gap / 2.0:
                painter.setBrush(to_qcolor(lab))
                painter.drawEllipse(QPointF(x, y), radius, radius)
        painter.end()

    def sizeHint(self) -> QSize:
        return QSize(90, 10)


class MorphBar(QWidget):
    """Shows a morph's numbers and tells what is set by hand.

    The box of steps stands between the ends; whoever lays out the ends places it.

    Colours and fonts come from `look`.
    """

    stepsChosen = Signal(int)
    sweepToggled = Signal(bool)
    sweepBarsChosen = Signal(int)
    keepAsked = Signal()
    parameterTurned = Signal(str, object)
    """Name of the row of the table of parameters, and the value as it is kept."""
    exportAsked = Signal()
    gestureStarted = Signal(str)
    gestureEnded = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.steps = NumberBox(MIN_MORPH_STEPS, MAX_MORPH_STEPS, DEFAULT_MORPH_STEPS, 1.0, 0, " steps", self)
        self.steps.set_name("Steps", "How many loops there are from A to B, 3 to 33")
        self.steps.valueChanged.connect(lambda value: self.stepsChosen.emit(int(value)))
        self.bars = NumberBox(MIN_SWEEP_BARS, MAX_SWEEP_BARS, DEFAULT_SWEEP_BARS, 1.0, 0, " bars", self)
        self.bars.set_name("Bars a sweep", "How many bars the slider takes from one end to the other")
        self.bars.valueChanged.connect(lambda value: self.sweepBarsChosen.emit(int(value)))
        wander = parameters_of(Track)["wander"]
        self.wander = ParameterBox(wander, self)
        self.wander.parameterTurned.connect(self.parameterTurned)
        texts = "Number of steps", "Bars a sweep", wander.label
        for box, text in zip((self.steps, self.bars, self.wander), texts, strict=True):
            box.gestureStarted.connect(lambda one=text: self.gestureStarted.emit(one))
            box.gestureEnded.connect(self.gestureEnded)
        self.sweep_button = self._tool("sweep", " sweep", "Sweep from end to end and back  (P)")
        self.sweep_button.setCheckable(True)
        self.sweep_button.toggled.connect(self.sweepToggled)
        self.keep_button = self._tool("keep", " keep clip", "Keep this step in the clip library  (Ctrl+K)")
        self.keep_button.clicked.connect(self.keepAsked)
        self.export_button = self._tool("midi", " .mid", "Save this step as a MIDI file  (E)")
        self.export_button.clicked.connect(self.exportAsked)
        self._lay_out()
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def _tool(self, name: str, text: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip.split("  (", maxsplit=1)[0])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _lay_out(self) -> None:
        self.flow = flow = FlowLayout(self, 6, (0, 0, 0, 0))
        flow.addWidget(self.sweep_button)
        flow.addWidget(captioned("each way", self.bars, self._look, self))
        flow.add_stretch()
        flow.addWidget(captioned("wander", self.wander, self._look, self))
        flow.addWidget(self.keep_button)
        flow.addWidget(self.export_button)

    def heightForWidth(self, width: int) -> int:
        """Return the height that the controls need at a width, in pixels."""
        return self.flow.heightForWidth(width)

    def show_wander(self, wander: float) -> None:
        """Show the track's `wander`, 0-1, without telling it back."""
        self.wander.show_parameter(wander)

    def show_morph(self, morph: Morph) -> None:
        """Show the numbers of `morph`, without telling them back."""
        self.steps.show_value(morph.steps)
        self.bars.show_value(morph.sweep_bars)
        blocked = self.sweep_button.blockSignals(True)
        self.sweep_button.setChecked(morph.sweeping)
        self.sweep_button.blockSignals(blocked)

    @Slot()
    def _on_look_changed(self) -> None:
        side = round(self._look.line_height() * 1.1)
        for button in (self.sweep_button, self.keep_button, self.export_button):
            button.setIcon(icon(button.objectName(), self._look.theme.color("text")))
            button.setIconSize(QSize(side, side))
        self.updateGeometry()
