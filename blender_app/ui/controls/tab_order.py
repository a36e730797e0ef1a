"""The order in which Tab goes through a window: as it is read, from the top left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def order_tabs(parts: Sequence[QWidget]) -> None:
    """Let Tab go through the parts of a window one after the other, and through each as it was made.

    Parameters
    ----------
    parts
        In the order wanted. A part may lie in a later one, which then has the rest of it.
    """
    of_part: dict[QWidget, list[QWidget]] = {part: [] for part in parts}
    for stop in _stops(parts[0].window()):
        part: QWidget | None = stop
        while part is not None and part not in of_part:
            part = part.parentWidget()
        if part is not None:
            of_part[part].append(stop)
    for before, behind in pairwise(stop for stops in of_part.values() for stop in stops):
        QWidget.setTabOrder(before, behind)


def _stops(window: QWidget) -> Iterator[QWidget]:
    """Give all that Tab can reach in a window, in the order that holds."""
    widget = window.nextInFocusChain()
    while widget is not None and widget is not window:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
            yield widget
        widget = widget.nextInFocusChain()
