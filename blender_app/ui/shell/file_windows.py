"""Opening, saving, importing and exporting: file dialogs that wait for nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from blender_app.session.controller import Controller
from blender_app.session.morphing import END_LETTERS
from blender_app.session.recovery import Recoverable
from blender_app.session.session import Clip
from blender_app.ui.loops.drag import file_name

SESSION_FILTER = "Loopweave sessions (*.blend.json)"
MIDI_FILTER = "MIDI files (*.mid *.midi)"
EXPORT_FILTER = "MIDI files (*.mid);;Sound files (*.wav)"
FONT_FILTER = "SoundFonts (*.sf2 *.sf3)"
_FOLDER_KEY = "files/last_folder"


class FileWindows(QObject):
    """Asks for files over `window`, and calls `controller` with them."""

    def __init__(self, controller: Controller, window: QWidget) -> None:
        super().__init__(window)
        self._controller, self._window = controller, window
        self.dialog: QFileDialog | None = None
        self.question: QMessageBox | None = None

    # -- files --------------------------------------------------------------------------------------

    def new(self) -> None:
        """Begin anew, after asking about unsaved work."""
        self._after_question(self._controller.files.new)

    def open(self) -> None:
        """Ask for a session to open, after asking about unsaved work."""
        self._after_question(
            lambda: self._ask("Open a session", SESSION_FILTER, self._controller.files.open, saves=False)
        )

    def open_path(self, path: str) -> None:
        """Open the session at `path`, after asking about unsaved work."""
        self._after_question(lambda: self._controller.files.open(path))

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save to the session's file, or ask for one; `then` is called when it is saved."""
        if self._controller.files.file is None:
            self.save_as(then)
        elif self._controller.files.save(None) and then is not None:
            then()

    def save_as(self, then: Callable[[], None] | None = None) -> None:
        """Ask where to save; `then` is called when it is saved."""

        def save(path: str) -> None:
            if self._controller.files.save(path) and then is not None:
                then()

        self._ask(
            "Save the session",
            SESSION_FILTER,
            save,
            saves=True,
            name=f"{self._controller.files.title}.blend.json",
        )

    def import_corner(self, corner: int) -> None:
        """Ask for a MIDI file for a `corner`, 0-3."""
        title = f"Import into corner {corner + 1}"
        self._ask(
            title,
            MIDI_FILTER,
            lambda path: self._controller.exchange.import_corner(corner, path),
            saves=False,
        )

    def import_end(self, end: int, take: Callable[[int, str], object]) -> None:
        """Ask for a MIDI file for an `end` of the morph, 0 or 1, and let `take` have both."""
        title = f"Import into end {END_LETTERS[end]}"
        self._ask(title, MIDI_FILTER, lambda path: take(end, path), saves=False)

    def export_clip(self, clip: Clip, write: Callable[[Path, Clip], object]) -> None:
        """Ask where to put `clip` as a MIDI file, or as sound, and let `write` do it."""
        name = f"{file_name(clip.name)}.mid"

        def take(path: str) -> object:
            return write(Path(path), clip)

        self._ask("Export the loop", EXPORT_FILTER, take, saves=True, name=name)

    def export(self, what: str) -> None:
        """Ask where to write `what`, "cell", "path", "grid" or "band", as MIDI file, or as sound."""
        writers: dict[str, Callable[[str], object]] = {
            "cell": self._controller.exchange.export_cell,
            "path": self._controller.exchange.export_path,
            "grid": self._controller.exchange.export_grid,
            "band": self._controller.exchange.export_band,
        }
        name = f"{self._controller.files.title} {what}.mid"
        self._ask(f"Export the {what}", EXPORT_FILTER, writers[what], saves=True, name=name)

    def choose_font(self) -> None:
        """Ask for a SoundFont."""
        self._ask("Choose a SoundFont", FONT_FILTER, self._controller.devices.set_font, saves=False)

    def fill_recent(self, menu: QMenu) -> None:
        """List in `menu` the files opened or saved lately."""
        menu.clear()
        for path in self._controller.settings.recent_files:
            action = QAction(Path(path).name, menu)
            action.setToolTip(path)
            action.triggered.connect(lambda _=False, one=path: self.open_path(one))
            menu.addAction(action)
        menu.setEnabled(not menu.isEmpty())

    def _ask(
        self, title: str, name_filter: str, take: Callable[[str], object], saves: bool, name: str = ""
    ) -> None:
        dialog = QFileDialog(self._window, title)
        dialog.setNameFilter(name_filter)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile if saves else QFileDialog.FileMode.ExistingFile)
        if saves:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.selectFile(name)
        folder = self._controller.settings.value(_FOLDER_KEY)
        if folder and Path(folder).is_dir():
            dialog.setDirectory(folder)
        dialog.fileSelected.connect(self._remember_folder)
        dialog.fileSelected.connect(lambda path: take(path) if path else None)
        dialog.finished.connect(dialog.deleteLater)
        self.dialog = dialog
        dialog.open()

    def _remember_folder(self, path: str) -> None:
        self._controller.settings.set_value(_FOLDER_KEY, str(Path(path).parent))

    # -- questions ----------------------------------------------------------------------------------

    def _after_question(self, go_on: Callable[[], object]) -> None:
        """Go on at once, or after the answer about unsaved work."""
        if not self._controller.files.modified:
            go_on()
            return
        self.ask_unsaved(lambda: self.save(lambda: _call(go_on)), lambda: _call(go_on))

    def ask_unsaved(self, save: Callable[[], None], discard: Callable[[], None]) -> None:
        """Ask what to do with unsaved work, and call `save` or `discard`."""
        buttons = QMessageBox.StandardButton
        box = self._box(
            f"Save the changes to “{self._controller.files.title}”?", "What you do not save is lost."
        )
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        box.button(buttons.Save).clicked.connect(save)
        box.button(buttons.Discard).clicked.connect(discard)
        box.open()

    def ask_recovery(self, found: Recoverable) -> None:
        """Offer what was `found`: the work that a crashed window left."""
        when = found.saved_at.strftime("%A %H:%M")
        name = found.source.name if found.source else "a session that was not saved yet"
        box = self._box("There is unsaved work from last time.", f"Of {name}, kept on {when}.")
        recover = box.addButton("Recover", QMessageBox.ButtonRole.AcceptRole)
        discard = box.addButton("Throw away", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton("Later", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(recover)
        recover.clicked.connect(self._controller.files.recover)
        discard.clicked.connect(self._controller.files.discard_recovery)
        box.open()

    def _box(self, text: str, more: str) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setText(text)
        box.setInformativeText(more)
        box.finished.connect(box.deleteLater)
        self.question = box
        return box


def _call(function: Callable[[], object]) -> None:
    function()
