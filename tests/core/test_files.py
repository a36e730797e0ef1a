"""Files are written whole or not at all, and failures are explained."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from blender_app.core.errors import FileError
from blender_app.core.files import make_folder, write_atomically

FULL = Path("/dev/full")


def test_writes_and_replaces(tmp_path: Path) -> None:
    target = tmp_path / "a.mid"
    for data in (b"one", b"two", b""):
        write_atomically(target, data)
        assert target.read_bytes() == data
    assert [file.name for file in tmp_path.iterdir()] == ["a.mid"]


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a", b"")
    (tmp_path / "b").touch()
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


def test_permissions_and_links_stay(tmp_path: Path) -> None:
    target, link = tmp_path / "a", tmp_path / "link"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "no room left"), (errno.EDQUOT, "no room left"), (errno.EROFS, "read-only"),
     (errno.EACCES, "read-only"), (errno.EIO, "cannot be written")],
)  # fmt: skip
def test_a_failure_leaves_the_old_file_and_no_rubbish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    target = tmp_path / "a.mid"
    target.write_bytes(b"old")

    def fail(_handle: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(FileError, match=words):
        write_atomically(target, b"new")
    assert target.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.mid"]


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """A limit on file size stands in for the full disk: write() fails after the first bytes."""
    target = tmp_path / "a.mid"
    target.write_bytes(b"old")
    program = (
        "import resource, signal, sys\n"
        "from blender_app.core.errors import FileError\n"
        "from blender_app.core.files import write_atomically\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    write_atomically(sys.argv[1], bytes(100000))\n"
        "except FileError as error:\n"
        "    sys.exit('no room left' not in str(error))\n"
        "sys.exit(2)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(target)], check=True)
    assert target.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.mid"]


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_device_is_written_to_and_not_replaced() -> None:
    with pytest.raises(FileError, match="no room left"):
        write_atomically(FULL, b"data")
    assert stat.S_ISCHR(FULL.stat().st_mode)


def test_missing_folder_folder_in_the_way_and_file_as_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match="does not exist"):
        write_atomically(tmp_path / "none" / "a.mid", b"")
    with pytest.raises(FileError, match="is a folder"):
        write_atomically(tmp_path, b"")
    with pytest.raises(FileError, match="not a folder"):
        write_atomically(tmp_path / "file" / "a.mid", b"")
    with pytest.raises(FileError, match="cannot be written"):
        write_atomically(tmp_path / ("x" * 300), b"")
    with pytest.raises(FileError, match="cannot be written"):
        write_atomically(f"{tmp_path}/a\0b", b"")


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="only Linux has /sys")
def test_a_folder_in_which_even_root_may_not_write() -> None:
    with pytest.raises(FileError, match="read-only"):
        write_atomically("/sys/kernel/a.mid", b"")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(FileError, match="read-only"):
            write_atomically(tmp_path / "a.mid", b"")
    finally:
        tmp_path.chmod(0o700)


def test_make_folder(tmp_path: Path) -> None:
    made = make_folder(tmp_path / "a" / "b")
    assert made.is_dir()
    assert make_folder(made) == made
    (tmp_path / "file").touch()
    for blocked in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(FileError, match="in the way"):
            make_folder(blocked)
    with pytest.raises(FileError, match="cannot be written"):
        make_folder("/proc/1/none")
