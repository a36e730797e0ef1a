"""Number boxes, check boxes and sliders made from rows of the table of parameters."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QSlider, QWidget

from blender_app.core.parameters import Parameter
from blender_app.ui.controls.number_box import NumberBox


class ParameterBox(NumberBox):
    """A number box whose range, steps, unit, name and tip are those of a row.

    Parameters
    ----------
    parameter
        The row; one of a number.
    parent
        As in `QWidget`.
    """

    parameterTurned = Signal(str, object)
    """Name of the row, and the value as it is kept."""

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        by = parameter.factor
        default = parameter.low if parameter.default is None else parameter.default
        super().__init__(
            parameter.low * by,
            parameter.high * by,
            default * by,
            parameter.step,
            parameter.decimals,
            parameter.unit,
            parent,
        )
        self.parameter = parameter
        self.set_name(parameter.label, parameter.tip or parameter.label)
        self.valueChanged.connect(lambda value: self.parameterTurned.emit(parameter.name, value / by))

    def show_parameter(self, value: float) -> None:
        """Show a `value` as it is kept, without telling it back."""
        self.show_value(value * self.parameter.factor)


class ParameterCheck(QCheckBox):
    """A check box of a row that is true or false.

    Parameters
    ----------
    parameter
        The row.
    text
        What stands beside it; None for the row's label.
    parent
        As in `QWidget`.
    """

    parameterTurned = Signal(str, object)
    """Name of the row, and whether it is checked now."""

    def __init__(self, parameter: Parameter, text: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parameter.label if text is None else text, parent)
        self.parameter = parameter
        self.setToolTip(tip_of(parameter))
        self.clicked.connect(lambda on: self.parameterTurned.emit(parameter.name, on))

    def show_parameter(self, value: object) -> None:
        """Show whether `value` is true, without telling it back."""
        self.setChecked(bool(value))


class ParameterSlider(QSlider):
    """A slider of a row that is a share of 0 to 1.

    Parameters
    ----------
    parameter
        The row.
    owner
        Whose it is, for its name: "drums"; empty where there is only one.
    parent
        As in `QWidget`.
    """

    parameterTurned = Signal(str, object)
    """Name of the row, and the value as it is kept."""
    gestureStarted = Signal(str)
    gestureEnded = Signal()

    def __init__(self, parameter: Parameter, owner: str = "", parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.parameter = parameter
        name = parameter.name.capitalize() + (f" of {owner}" if owner else "")
        self.setRange(round(parameter.low * parameter.factor), round(parameter.high * parameter.factor))
        self.setAccessibleName(name)
        self.setToolTip(tip_of(parameter, name))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        by = parameter.factor
        self.valueChanged.connect(lambda value: self.parameterTurned.emit(parameter.name, value / by))
        self.sliderPressed.connect(lambda: self.gestureStarted.emit(name))
        self.sliderReleased.connect(self.gestureEnded)

    def show_parameter(self, value: float) -> None:
        """Show a `value` as it is kept, without telling it back, but not while held."""
        if not self.isSliderDown():
            blocked = self.blockSignals(True)
            self.setValue(round(value * self.parameter.factor))
            self.blockSignals(blocked)
        self.setAccessibleDescription(self.parameter.shown(value))


ParameterControl = ParameterBox | ParameterCheck | ParameterSlider


def tip_of(parameter: Parameter, name: str = "") -> str:
    """Return the tip of `parameter` behind its label, or behind `name`: "Volume: how loud all tracks are"."""
    tip = parameter.tip[:1].lower() + parameter.tip[1:]
    return f"{name or parameter.label}: {tip}" if tip else name or parameter.label
