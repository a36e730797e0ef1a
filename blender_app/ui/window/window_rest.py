"""What the window's first picture is without: made when it is wanted, or soon after, a piece at a time."""

# ruff: noqa: PLC0415 (what is not shown is not imported either)

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from blender_app.ui.controls.tab_order import order_tabs
from blender_app.ui.shell.idle_tasks import Later

if TYPE_CHECKING:
    from blender_app.ui.morph.presenter import WindowMixer
    from blender_app.ui.roll.panel import RollPanel
    from blender_app.ui.window.main_window import MainWindow

AFTER_FIRST_PICTURE_MS = 200


class WindowRest(QObject):
    """Makes the editor of melodic corners, the mixer and the shelf of clips of a window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._later = Later(self._pieces(), self)

    def start(self) -> None:
        """Begin soon, now that the window is shown."""
        self._later.start(AFTER_FIRST_PICTURE_MS)

    def _pieces(self) -> Iterator[object]:
        yield import_module("blender_app.ui.roll.panel")
        yield self.roll_panel
        yield import_module("blender_app.ui.morph.presenter")
        yield self.mixers
        self.order_tabs()

    @property
    def done(self) -> bool:
        """Whether all is made."""
        return self._later.done

    @cached_property
    def roll_panel(self) -> RollPanel:
        """The editor of melodic corners."""
        from blender_app.ui.roll.panel import RollPanel

        window = self._window
        panel = RollPanel(window.look, window.actions_by_name)
        window.editor_stack.addWidget(panel)
        window.hints.set_name(panel.roll, "roll")
        panel.stepEntryChanged.connect(
            lambda enters: window.hints.set_name(panel.roll, "step entry" if enters else "roll")
        )
        window.front.connect_roll(panel)
        window.recording.connect_roll(panel)
        return panel

    @cached_property
    def mixers(self) -> WindowMixer:
        """Mixer and shelf."""
        from blender_app.ui.morph.presenter import WindowMixer

        return WindowMixer(self._window)

    @property
    def has_roll_panel(self) -> bool:
        """Whether the editor of melodic corners is made."""
        return "roll_panel" in self.__dict__

    @property
    def has_mixers(self) -> bool:
        """Whether mixer and shelf are made."""
        return "mixers" in self.__dict__

    def order_tabs(self) -> None:
        """Let Tab go through the window as it is read; before all is made it goes as that came about."""
        window = self._window
        if self.has_mixers and self.has_roll_panel:
            left = (window.transport, window.stage, self.mixers.panel, self.mixers.shelf)
            right = (window.sounding, window.editor, self.roll_panel)
            order_tabs([*left, *right, *window.strip.in_order(), window.strip, window.status])
