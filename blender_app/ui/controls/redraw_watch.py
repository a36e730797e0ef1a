"""When a custom-painted widget is drawn anew."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtWidgets import QWidget

from blender_app.ui.controls import accessible
from blender_app.ui.look.theme import Look

_CAUSES = (QEvent.Type.Resize, QEvent.Type.DevicePixelRatioChange)


class RedrawWatch(QObject):
    """Has a widget drawn once, and again for another size, another screen or another look.

    Parameters
    ----------
    widget
        What is drawn; it also becomes one that screen readers can ask for its value.
    look
        The look of the window.
    redraw
        Draws the widget's picture anew, or forgets the old one.
    """

    def __init__(self, widget: QWidget, look: Look, redraw: Callable[[], None]) -> None:
        super().__init__(widget)
        self._widget, self._redraw = widget, redraw
        widget.installEventFilter(self)
        look.changed.connect(self._on_look_changed)
        accessible.install()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _CAUSES:
            self._redraw()
        return False

    @Slot()
    def _on_look_changed(self) -> None:
        self._widget.updateGeometry()
        self._redraw()
