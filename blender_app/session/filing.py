"""Session files, autosave and export: the part of the controller that writes to the disk."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from blender_app.core.errors import FileError, LoopweaveError
from blender_app.session import export
from blender_app.session.corner_editing import CornerEditor
from blender_app.session.document import Session
from blender_app.session.files import SUFFIX, load_session, save_session
from blender_app.session.recovery import Recoverable, RecoveryStore
from blender_app.session.settings import Settings

AUTOSAVE_AFTER_MS = 1000
UNTITLED = "Untitled"

_log = logging.getLogger(__name__)


class FilingEditor(CornerEditor):
    """A session editor with a file, and with work that survives a crash.

    Parameters
    ----------
    settings
        Where recent files are remembered.
    state_folder
        Where unsaved work is kept.
    session, clock, parent
        As in `CornerEditor`.

    Notes
    -----
    `fileChanged` carries the title and whether there is unsaved work. What fails is told through
    `messageShown`; methods that write or read a file return whether they did.
    """

    fileChanged = Signal(str, bool)

    def __init__(
        self,
        settings: Settings,
        state_folder: Path,
        session: Session | None = None,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(session, clock, parent)
        self._settings = settings
        self._file: Path | None = None
        self._recovery = RecoveryStore(state_folder, lambda text: self.messageShown.emit("warning", text))
        self._recoverable: Recoverable | None = None
        self._renderer: ThreadPoolExecutor | None = None
        self._autosave = QTimer(self)
        self._autosave.setSingleShot(True)
        self._autosave.setInterval(AUTOSAVE_AFTER_MS)
        self._autosave.timeout.connect(self._on_autosave_timeout)
        self._undo_stack.cleanChanged.connect(self._on_undo_stack_cleanChanged)
        self._undo_stack.indexChanged.connect(self._on_undo_stack_indexChanged)

    # -- reading --------------------------------------------------------------------------------

    @property
    def settings(self) -> Settings:
        """What is remembered between sessions."""
        return self._settings

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
        return not self._undo_stack.isClean()

    @property
    def recoverable(self) -> Recoverable | None:
        """Unsaved work of a window that crashed, to be offered to the user."""
        return self._recoverable

    # -- session files --------------------------------------------------------------------------

    def new_session(self) -> None:
        """Begin anew; sound and routing stay as they are."""
        now, new = self._session, Session()
        kept = {name: getattr(now, name) for name in ("midi", "font", "volume", "audio_enabled")}
        for track in new.tracks:
            if track.name in now.track_names:
                old = now.track(track.name)
                new = new.with_track(
                    replace(track, channel=old.channel, port=old.port, note_map=old.note_map)
                )
        self._begin(replace(new, **kept), None)

    def open_session(self, path: str | Path) -> bool:
        """Open a session file; if it cannot be opened, all stays as it is."""
        path = Path(path)
        try:
            session = load_session(path)
        except FileError as error:
            if not path.exists():
                self._settings.remove_recent_file(str(path.absolute()))
            self._tell_error(error)
            return False
        self._begin(session, path)
        self._settings.add_recent_file(str(path.absolute()))
        return True

    def save_session(self, path: str | Path | None = None) -> bool:
        """Save to `path`, or to the session's own file; without either nothing is saved."""
        target = self._file if path is None else with_suffix(Path(path))
        if target is None:
            return False
        try:
            save_session(target, self._session_to_save())
        except FileError as error:
            self._tell_error(error)
            return False
        self._file = target
        self._undo_stack.setClean()
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
        self._undo_stack.resetClean()
        self._recovery.write(self._session, self._file)
        self.discard_recovery()
        self._tell_file()
        return True

    def discard_recovery(self) -> None:
        """Throw away the work that a crashed window left."""
        if self._recoverable is not None:
            self._recovery.discard(self._recoverable.path)
            self._recoverable = None

    # -- export ---------------------------------------------------------------------------------

    def _export(self, path: Path, music: export.Music, told: bool = True) -> bool:
        """Write a MIDI file at once, a WAV file in a thread; return whether it was or will be."""
        path = export.with_suffix(path)
        if not export.is_sound(path):
            return self._export_now(path, music, self._session, told)
        self._renderer = self._renderer or ThreadPoolExecutor(1, thread_name_prefix="render")
        self.messageShown.emit("info", f"{path.name} is being rendered.")
        self._renderer.submit(self._export_now, path, music, self._session)
        return True

    def _export_now(self, path: Path, music: export.Music, session: Session, told: bool = True) -> bool:
        try:
            export.export_music(path, music, session)
        except LoopweaveError as error:
            self._tell_error(error)
            return False
        except Exception as error:  # noqa: BLE001 (the edge of the rendering thread)
            _log.exception("export failed")
            self.messageShown.emit("error", f"{path.name} could not be written: {error}")
            return False
        if told:
            self.messageShown.emit("info", f"{path.name} is written.")
        return True

    # -- inside ---------------------------------------------------------------------------------

    def _session_to_save(self) -> Session:
        """Return the session as it goes into a file; a subclass adds what it knows."""
        return self._session

    def _begin(self, session: Session, file: Path | None) -> None:
        self._gesture_text = None
        self._file = file
        self._undo_stack.clear()
        self._undo_stack.setClean()
        self._replace_session(session)
        self._autosave.stop()
        self._recovery.clear()
        self._tell_file()

    def _tell_file(self) -> None:
        self.fileChanged.emit(self.title, self.modified)

    def _tell_error(self, error: LoopweaveError) -> None:
        self.messageShown.emit("error", str(error))

    def _close_files(self, keep_unsaved: bool) -> None:
        self._autosave.stop()
        # The history tells of its end when it is collected, maybe after us.
        self._undo_stack.blockSignals(True)
        if keep_unsaved and self.modified:
            self._recovery.write(self._session, self._file)
        self._recovery.close(keep=keep_unsaved and self.modified)
        if self._renderer is not None:
            self._renderer.shutdown(cancel_futures=True)
        self._settings.save()

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
