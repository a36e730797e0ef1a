"""What a screen reader hears of the widgets that we paint ourselves.

A painted widget has three methods: `accessible_text()` says its value in words,
`accessible_number()` gives it as a number with its range, and `set_accessible_number()` takes one.
"""

from __future__ import annotations

from functools import cache
from typing import Protocol, cast, runtime_checkable

from PySide6.QtCore import QObject
from PySide6.QtGui import (
    QAccessible,
    QAccessibleInterface,
    QAccessibleValueChangeEvent,
    QAccessibleValueInterface,
)
from PySide6.QtWidgets import QAccessibleWidget, QWidget

from blender_app.core.drums import VOICES, DrumLoop
from blender_app.core.scales import pitch_name
from blender_app.core.time import DEFAULT_STEPS, bars_text
from blender_app.session.session import Loop


@runtime_checkable
class Spoken(Protocol):
    """A widget that can say its value."""

    def accessible_text(self) -> str:
        """Return the value in words."""

    def accessible_number(self) -> tuple[float, float, float, float]:
        """Return the value as (now, least, most, step)."""

    def set_accessible_number(self, value: float) -> None:
        """Take `value` from a screen reader, in the unit that it was told in."""


class SpokenInterface(QAccessibleWidget, QAccessibleValueInterface):
    """Qt's accessible interface of `widget`, which is `Spoken`: role, name, text and value."""

    def __init__(self, widget: QWidget) -> None:
        QAccessibleWidget.__init__(self, widget, QAccessible.Role.Slider)
        QAccessibleValueInterface.__init__(self)

    def interface_cast(self, kind: QAccessible.InterfaceType) -> object:  # type: ignore[override]
        """Return this object where `kind` is the value interface, too."""
        if kind == QAccessible.InterfaceType.ValueInterface:
            return self
        return super().interface_cast(kind)

    def text(self, kind: QAccessible.Text) -> str:
        """Return the widget's words where `kind` is its value."""
        if kind == QAccessible.Text.Value:
            return self._spoken().accessible_text()
        return super().text(kind)

    def currentValue(self) -> float:
        """Return the value as a number."""
        return self._spoken().accessible_number()[0]

    def minimumValue(self) -> float:
        """Return the least value."""
        return self._spoken().accessible_number()[1]

    def maximumValue(self) -> float:
        """Return the greatest value."""
        return self._spoken().accessible_number()[2]

    def minimumStepSize(self) -> float:
        """Return the smallest step that the keyboard makes."""
        return self._spoken().accessible_number()[3]

    def setCurrentValue(self, value: object) -> None:
        """Set the widget's value."""
        self._spoken().set_accessible_number(float(cast("float", value)))

    def _spoken(self) -> Spoken:
        return cast("Spoken", self.object())


_INTERFACES: dict[int, SpokenInterface] = {}


def _make_interface(_class_name: str, target: QObject) -> QAccessibleInterface | None:
    if not (isinstance(target, QWidget) and isinstance(target, Spoken)):
        return None
    # Qt keeps a bare pointer: the Python object must live as long as its widget.
    key = id(target)
    _INTERFACES[key] = SpokenInterface(target)
    target.destroyed.connect(lambda: _INTERFACES.pop(key, None))
    return _INTERFACES[key]


@cache
def install() -> None:
    """Let Qt know our interfaces; harmless when called again."""
    QAccessible.installFactory(_make_interface)


def announce(widget: QWidget) -> None:
    """Tell screen readers that the value of `widget`, which is `Spoken`, changed."""
    if QAccessible.isActive():
        text = cast("Spoken", widget).accessible_text()
        QAccessible.updateAccessibility(QAccessibleValueChangeEvent(widget, text))


def describe_loop(loop: Loop) -> str:
    """Return how long `loop` is, its number of hits and kicks' places, or its notes and their range.

    Of a long loop the kicks and snares of the first two bars are said.
    """
    return f"{bars_text(loop.steps)}, {_content_of(loop)}"


def describe_new(count: int) -> str:
    """Return what is said behind a loop of which `count` onsets are in none of the loops around."""
    return f", {count} in none of the loops around" if count else ""


def _content_of(loop: Loop) -> str:
    if not isinstance(loop, DrumLoop):
        count = loop.note_count
        if count == 0:
            return "no notes"
        pitches = loop.events[loop.events >= 0]
        span = f"{pitch_name(int(pitches.min()))} to {pitch_name(int(pitches.max()))}"
        return f"{count} note{'s' * (count != 1)}, {span}"
    count = loop.hit_count
    words = "no hits" if count == 0 else f"{count} hit{'s' * (count != 1)}"
    for voice, name in enumerate(VOICES[:2]):
        steps = [str(step + 1) for step in range(min(loop.steps, DEFAULT_STEPS)) if loop.hits[step, voice]]
        if steps:
            words += f", {name} on {', '.join(steps)}"
    return words
