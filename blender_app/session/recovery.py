"""Unsaved work survives a crash: it is kept in a file of its own beside the settings.

Each running window owns one recovery file and a lock beside it. A file whose lock nobody holds was
left by a window that crashed.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QLockFile

from blender_app.core.errors import FileError, SessionError
from blender_app.core.files import make_folder
from blender_app.session.files import load_session, save_session
from blender_app.session.session import Session

_PREFIX, _SUFFIX = "unsaved-", ".blend.json"
_SOURCE_SUFFIX = ".source"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recoverable:
    """Unsaved work that a crashed window left.

    Parameters
    ----------
    path
        The recovery file.
    session
        What is in it.
    saved_at
        When it was written.
    source
        The session file that was being worked on, or None.
    """

    path: Path
    session: Session
    saved_at: datetime
    source: Path | None


class RecoveryStore:
    """Keeps unsaved work in `folder`, written by a thread of its own so that no disk is waited for.

    Parameters
    ----------
    folder
        Where recovery files lie; made when needed.
    on_error
        Called in that thread with a message when the work cannot be kept.
    """

    def __init__(self, folder: Path, on_error: Callable[[str], None]) -> None:
        self._folder = folder
        self._on_error = on_error
        self._own = folder / f"{_PREFIX}{secrets.token_hex(6)}{_SUFFIX}"
        self._lock: QLockFile | None = None
        self._claimed: dict[Path, QLockFile] = {}
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="autosave")
        self._failed = False
        self._closed = False

    def find(self) -> Recoverable | None:
        """Return the newest work that a crashed window left, and claim it for this window."""
        try:
            files = sorted(self._folder.glob(f"{_PREFIX}*{_SUFFIX}"), key=lambda file: file.stat().st_mtime)
        except OSError:
            return None
        for file in reversed(files):
            if file == self._own or not self._claim(file):
                continue
            try:
                session = load_session(file)
                saved_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            except (SessionError, FileError, OSError):
                _log.warning("a recovery file cannot be read, and stays: %s", file)
                continue
            return Recoverable(file, session, saved_at, _read_source(file))
        return None

    def write(self, session: Session, source: Path | None) -> None:
        """Keep `session`, soon, and the path of its file, `source`, if it has one."""
        if not self._closed:
            self._writer.submit(self._write, session, source)

    def clear(self) -> None:
        """Forget what this window kept: everything is saved."""
        if not self._closed:
            self._writer.submit(self._clear)

    def discard(self, file: Path) -> None:
        """Remove the work in `file` that another window left."""
        lock = self._claimed.pop(file, None)
        _remove(file)
        _remove(_source_file(file))
        if lock is not None:
            lock.unlock()

    def close(self, keep: bool = False) -> None:
        """Wait for what is being written, and forget it unless `keep`."""
        if self._closed:
            return
        if not keep:
            self.clear()
        self._closed = True
        self._writer.shutdown(wait=True)
        for lock in [*self._claimed.values(), *([self._lock] if self._lock else [])]:
            lock.unlock()
        self._claimed.clear()
        self._lock = None

    # -- in the writing thread ------------------------------------------------------------------

    def _write(self, session: Session, source: Path | None) -> None:
        try:
            make_folder(self._folder)
            if self._lock is None:
                self._lock = _locked(self._own)
            save_session(self._own, session)
            if source is None:
                _remove(_source_file(self._own))
            else:
                _source_file(self._own).write_bytes(os.fsencode(source))
        except (FileError, OSError) as error:
            if not self._failed:
                self._on_error(f"Unsaved work cannot be kept safe from a crash: {error}")
            self._failed = True
        else:
            self._failed = False

    def _clear(self) -> None:
        _remove(self._own)
        _remove(_source_file(self._own))

    def _claim(self, file: Path) -> bool:
        if file not in self._claimed:
            lock = _locked(file)
            if lock is None:
                return False
            self._claimed[file] = lock
        return True


def _locked(file: Path) -> QLockFile | None:
    """Return the held lock of a recovery file; None if a living process holds it."""
    lock = QLockFile(str(file) + ".lock")
    lock.setStaleLockTime(0)  # however old: it is stale only once its process is dead
    return lock if lock.tryLock(0) else None


def _source_file(file: Path) -> Path:
    return file.with_name(file.name + _SOURCE_SUFFIX)


def _read_source(file: Path) -> Path | None:
    try:
        return Path(os.fsdecode(_source_file(file).read_bytes()))
    except OSError:
        return None


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError:
        _log.warning("cannot remove %s", file, exc_info=True)
