"""Menus that are filled when they open: what nobody sees is not made."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

_MOST_CHARS = 40
"""Length of a name in a menu: none makes a menu as wide as the window."""


def fill_on_opening(menu: QMenu, fill: Callable[[QMenu], None]) -> None:
    """Empty a menu and fill it anew each time it opens.

    Parameters
    ----------
    menu
        The menu; what it held before goes.
    fill
        Adds the entries to the menu that it is given.
    """

    def refill() -> None:
        menu.clear()
        fill(menu)

    menu.aboutToShow.connect(refill)


def add_entry(menu: QMenu, text: str, choose: Callable[[], object]) -> QAction:
    """Add an entry to a menu, and return its action.

    Parameters
    ----------
    menu
        Where it goes, and who owns it.
    text
        What it says; an ampersand in it is shown as one.
    choose
        What is done when it is chosen.
    """
    action = QAction(text.replace("&", "&&"), menu)
    action.triggered.connect(lambda _=False: choose())
    menu.addAction(action)
    return action


def short(name: str) -> str:
    """Return `name`, cut so that it makes no menu as wide as the window."""
    return name if len(name) <= _MOST_CHARS else f"{name[: _MOST_CHARS - 1].rstrip()}…"
