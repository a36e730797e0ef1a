"""The file of a document: new, open, save, and work that survives a crash."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from blender_app.core.errors import FileError
from blender_app.session.document import Document
from blender_app.session.files import SUFFIX, load_session, save_session
from blender_app.session.messages import Messages
from blender_app.session.recovery import Recoverable, RecoveryStore
from blender_app.session.session import Session
from blender_app.session.settings import Settings

AUTOSAVE_AFTER_MS = 1000
UNTITLED = "Untitled"


class Files(QObject):
    """Opens and saves a document, and keeps unsaved work safe.

    Parameters
    ----------
    document
        What is opened and saved.
    settings
        Where recent files are remembered.
    state_folder
        Where unsaved work is kept.
    messages
        Told what fails.
    model_hashes
        Returns the hashes of the models that are loaded, by name, to be saved with the session.
    parent
        Qt parent.

    Notes
    -----
    `fileChanged` carries the title and whether there is unsaved work; `begun` tells that another session
    was begun, new or from a file. Methods that write or read a file return whether they did.
    """

    fileChanged = Signal(str, bool)
    begun = Signal()

    def __init__(
        self,
        document: Document,
        settings: Settings,
        state_folder: Path,
        messages: Messages,
        model_hashes: Callable[[], Mapping[str, str]] = dict,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._settings = settings
        self._messages = messages
        self._model_hashes = model_hashes
        self._file: Path | None = None
        self._recovery = RecoveryStore(state_folder, messages.warn)
        self._recoverable: Recoverable | None = None
        self._autosave = QTimer(self)
        self._autosave.setSingleShot(True)
        self._autosave.setInterval(AUTOSAVE_AFTER_MS)
        self._autosave.timeout.connect(self._on_autosave_timeout)
        document.undo_stack.cleanChanged.connect(self._on_undo_stack_cleanChanged)
        document.undo_stack.indexChanged.connect(self._on_undo_stack_indexChanged)

    # -- reading --------------------------------------------------------------------------------

    @property
    def file(self) -> Path | None:
        """The session's file, None before it is saved."""
        return self._file

    @property
    def title(self) -> str:
        """The session's name."""
        return UNTITLED if self._file is None else self._file.name.removesuffix(SUFFIX)

    @property
    def modified(self) -> bool:
        """Whether there is unsaved work."""
        return not self._document.undo_stack.isClean()

    # -- session files --------------------------------------------------------------------------

    def new(self) -> None:
        """Begin anew; sound and routing stay as they are."""
        now, new = self._document.session, Session()
        kept = {name: getattr(now, name) for name in ("midi", "font", "volume", "audio_enabled")}
        for track in new.tracks:
            if track.name in now.track_names:
                old = now.track(track.name)
                new = new.with_track(
                    replace(track, channel=old.channel, port=old.port, note_map=old.note_map)
                )
        self._begin(replace(new, **kept), None)

    def open(self, path: str | Path) -> bool:
        """Open the session file at `path`; if it cannot be opened, all stays as it is."""
        path = Path(path)
        try:
            session = load_session(path)
        except FileError as error:
            if not path.exists():
                self._settings.remove_recent_file(str(path.absolute()))
            self._messages.error(error)
            return False
        self._begin(session, path)
        self._settings.add_recent_file(str(path.absolute()))
        return True

    def save(self, path: str | Path | None = None) -> bool:
        """Save to `path`, or to the session's own file; without either nothing is saved."""
        target = self._file if path is None else with_suffix(Path(path))
        if target is None:
            return False
        try:
            save_session(target, self._session_to_save())
        except FileError as error:
            self._messages.error(error)
            return False
        self._file = target
        self._document.undo_stack.setClean()
        self._autosave.stop()
        self._recovery.clear()
        self._settings.add_recent_file(str(target.absolute()))
        self._tell_file()
        return True

    # -- recovery -------------------------------------------------------------------------------

    def find_recoverable(self) -> Recoverable | None:
        """Look for unsaved work of a window that crashed."""
        self._recoverable = self._recovery.find()
        return self._recoverable

    def recover(self) -> bool:
        """Go on with the work that a crashed window left."""
        found = self._recoverable
        if found is None:
            return False
        self._begin(found.session, found.source)
        self._document.undo_stack.resetClean()
        self._recovery.write(self._document.session, self._file)
        self.discard_recovery()
        self._tell_file()
        return True

    def discard_recovery(self) -> None:
        """Throw away the work that a crashed window left."""
        if self._recoverable is not None:
            self._recovery.discard(self._recoverable.path)
            self._recoverable = None

    # -- life -----------------------------------------------------------------------------------

    def close(self, keep_unsaved: bool = False) -> None:
        """Forget unsaved work, unless told to keep it (`keep_unsaved`) for the next start."""
        self._autosave.stop()
        # The history tells of its end when it is collected, maybe after us.
        self._document.undo_stack.blockSignals(True)
        if keep_unsaved and self.modified:
            self._recovery.write(self._document.session, self._file)
        self._recovery.close(keep=keep_unsaved and self.modified)
        self._settings.save()

    # -- inside ---------------------------------------------------------------------------------

    def _session_to_save(self) -> Session:
        """Return the session as it goes into a file: with the models that it was made with."""
        session = self._document.session
        return replace(session, models=tuple({**dict(session.models), **self._model_hashes()}.items()))

    def _begin(self, session: Session, file: Path | None) -> None:
        midi, now = session.midi, self._document.session.midi
        if midi.port is None:  # then the one in use stays
            session = replace(session, midi=replace(midi, port=now.port, virtual=now.virtual))
        self._file = file
        self._document.begin(session)
        self._autosave.stop()
        self._recovery.clear()
        self._tell_file()
        self.begun.emit()

    def _tell_file(self) -> None:
        self.fileChanged.emit(self.title, self.modified)

    @Slot()
    def _on_autosave_timeout(self) -> None:
        if self.modified:
            self._recovery.write(self._session_to_save(), self._file)
        else:
            self._recovery.clear()

    @Slot(bool)
    def _on_undo_stack_cleanChanged(self, clean: bool) -> None:
        del clean
        self._tell_file()

    @Slot(int)
    def _on_undo_stack_indexChanged(self, index: int) -> None:
        del index
        if not self._autosave.isActive():
            self._autosave.start()


def with_suffix(path: Path) -> Path:
    """Return `path` with the ending of session files, unless it ends like JSON already."""
    return path if path.name.endswith(".json") else path.with_name(path.name + SUFFIX)
