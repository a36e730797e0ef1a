"""What devices and model do, in the line at the bottom."""

from __future__ import annotations

from PySide6.QtCore import Slot

from blender_app.session.controller import Controller
from blender_app.ui.shell.presenter import Presenter
from blender_app.ui.shell.shell import Shell
from blender_app.ui.window.dialogs_presenter import DialogsPresenter
from blender_app.ui.window.status_bar import StatusBar


class StatusPresenter(Presenter):
    """Connects the status line with the controller's status.

    Parameters
    ----------
    shell, controller
        As in `Presenter`.
    bar
        The line.
    dialogs
        What a click on a part of the line may open.
    """

    def __init__(
        self, shell: Shell, controller: Controller, bar: StatusBar, dialogs: DialogsPresenter
    ) -> None:
        super().__init__(shell, controller)
        self._bar, self._dialogs = bar, dialogs
        self._controller.devices.statusChanged.connect(self._on_controller_statusChanged)
        bar.partClicked.connect(self._tell_more)

    def show_all(self) -> None:
        self._on_controller_statusChanged()

    @Slot()
    def _on_controller_statusChanged(self) -> None:
        self._bar.show_status(self._controller.devices.status)

    @Slot(str)
    def _tell_more(self, part: str) -> None:
        """Tell what can be said about a part of the line."""
        status = self._controller.devices.status
        if part == "midi" and status.midi_message:
            self._shell.tell("warning", status.midi_message)
        elif part == "midi":
            self._dialogs.show_note_map()
        elif part == "audio" and status.message:
            self._shell.tell("warning", status.message)
        elif part == "audio":
            self._dialogs.show_preferences()
        else:
            self._shell.tell("info", self._bar.parts[part].toolTip())
