"""Theme, hues, text size and motion: chosen, and kept for the next start."""

from __future__ import annotations

from PySide6.QtCore import Slot

from blender_app.session.controller import Controller
from blender_app.ui.shell.presenter import Presenter
from blender_app.ui.shell.shell import Shell

TEXT_SIZE_KEY, STILL_KEY = "window/text_size", "window/reduced_motion"


class LookPresenter(Presenter):
    """Connects the look with its action and the settings.

    Parameters
    ----------
    shell, controller
        As in `Presenter`.
    """

    def __init__(self, shell: Shell, controller: Controller) -> None:
        super().__init__(shell, controller)
        shell.actions["theme"].triggered.connect(self._on_theme_triggered)

    def show_look(self) -> None:
        self._shell.actions["theme"].setChecked(self._shell.look.theme.name == "light")

    @Slot(bool)
    def _on_theme_triggered(self, light: bool) -> None:
        self._shell.look.set_theme("light" if light else "dark")
        self.remember()

    @Slot()
    def remember(self) -> None:
        """Keep theme, hues, text size and motion for the next start."""
        look, settings = self._shell.look, self._controller.settings
        settings.remember_theme(look.theme.name)
        settings.remember_palette_colours(look.hues.name)
        settings.set_value(TEXT_SIZE_KEY, f"{look.text_scale:.2f}")
        settings.set_value(STILL_KEY, "1" if look.reduced_motion else "0")
