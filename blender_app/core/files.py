"""Files written whole or not at all, and what to tell a musician when that fails."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import zipfile
import zlib
from pathlib import Path

from blender_app.core.errors import FileError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_READ_ONLY = (errno.EACCES, errno.EPERM, errno.EROFS)

DAMAGED_ARCHIVE = (OSError, ValueError, LookupError, EOFError, zipfile.BadZipFile, zlib.error)
"""What numpy may raise when it reads an .npz that is missing or damaged."""


def write_atomically(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` to `path` so that there is either the whole new file or the old one.

    A link stays a link: what it points to is replaced. A device (``/dev/stdout``) is written to.

    Raises
    ------
    FileError
        If the folder is missing or read-only, the disk is full, or `path` is a folder.
    """
    shown = Path(path)
    try:
        target = shown.resolve()
        mode = _mode_of(target)
        if mode is None:
            _write_and_rename(target, data, None)
        elif stat.S_ISREG(mode):
            if not os.access(target, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            _write_and_rename(target, data, stat.S_IMODE(mode))
        else:
            with shown.open("wb") as device:
                device.write(data)
    except (OSError, ValueError, RuntimeError) as error:
        raise FileError(writing_problem(shown, error)) from error


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Make the folder `path` and those above it where they are missing, and return it.

    Raises
    ------
    FileError
        If it cannot be made, or a file of that name is in the way.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise FileError(f"{folder} is not a folder: a file is in the way.") from error
    except (OSError, ValueError) as error:
        raise FileError(writing_problem(folder, error)) from error
    return folder


def writing_problem(path: Path, error: Exception) -> str:
    """Return what to tell the user when writing `path` failed with `error`."""
    code = error.errno if isinstance(error, OSError) else None
    if code in _FULL:
        return f"There is no room left on the disk to write {path}. Nothing was changed."
    if code in _READ_ONLY:
        return f"{path} cannot be written: it or its folder is read-only. Choose another folder."
    if code == errno.ENOENT:
        return f"{path} cannot be written: the folder {path.parent} does not exist."
    if code == errno.EISDIR:
        return f"{path} is a folder, not a file."
    if code == errno.ENOTDIR:
        return f"{path} cannot be written: {path.parent} is not a folder."
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"{path} cannot be written: {reason}."


def _mode_of(target: Path) -> int | None:
    """Return type and permissions of what stands at `target`, None if there is nothing."""
    try:
        return target.stat().st_mode
    except FileNotFoundError:
        return None


def _write_and_rename(target: Path, data: bytes, permissions: int | None) -> None:
    """Write beside `target`, then rename over it; `permissions` None means those of a new file."""
    temporary = target.with_name(f".{target.name[:40]}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if permissions is not None:
            temporary.chmod(permissions)
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
