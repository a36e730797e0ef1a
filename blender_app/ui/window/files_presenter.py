"""The session's file: opened, saved, exported by hand, and named in the window's title."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Slot

from blender_app.session.controller import Controller
from blender_app.ui.shell.file_windows import FileWindows
from blender_app.ui.shell.presenter import Presenter
from blender_app.ui.shell.shell import Shell
from blender_app.ui.window.transport_bar import TransportBar


class FilesPresenter(Presenter):
    """Connects the actions on files with the windows that ask for one.

    Parameters
    ----------
    shell, controller
        As in `Presenter`.
    files
        Asks for files.
    bar
        Its menu lists the files used last.
    """

    def __init__(self, shell: Shell, controller: Controller, files: FileWindows, bar: TransportBar) -> None:
        super().__init__(shell, controller)
        bar.menu.aboutToShow.connect(lambda: files.fill_recent(bar.recent_menu))
        self._controller.files.fileChanged.connect(self._on_controller_fileChanged)
        self._connect_actions(
            {
                "new": files.new,
                "open": files.open,
                "save": files.save,
                "save_as": files.save_as,
                "export_cell": partial(files.export, "cell"),
                "export_path": partial(files.export, "path"),
                "export_grid": partial(files.export, "grid"),
                "export_band": partial(files.export, "band"),
                "quit": shell.window.close,
            }
        )

    def show_all(self) -> None:
        self._on_controller_fileChanged(self._controller.files.title, self._controller.files.modified)

    @Slot(str, bool)
    def _on_controller_fileChanged(self, title: str, modified: bool) -> None:
        self._shell.window.setWindowTitle(f"{title}[*] - Loopweave")
        self._shell.window.setWindowModified(modified)
