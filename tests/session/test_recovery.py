"""Unsaved work and crashes."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QLockFile
from pytestqt.qtbot import QtBot

from blender_app.session.files import encode, load_session, save_session
from blender_app.session.recovery import RecoveryStore
from blender_app.session.session import Session

CRASHING = """
import sys
import time
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QTimer
from blender_app.session.controller import Controller
from blender_app.session.files import save_session
from blender_app.session.settings import Settings

folder = Path(sys.argv[1])
app = QCoreApplication([])
controller = Controller(None, None, None, Settings(folder / "settings.ini"), folder / "state")
assert controller.files.save(folder / "mine")
controller.document.set_parameter("tempo_bpm", 66.0)

def look():
    if list((folder / "state").glob("unsaved-*.blend.json")):
        print("kept", flush=True)
        timer.stop()

timer = QTimer()
timer.timeout.connect(look)
timer.start(10)
app.exec()
"""


def fail(text: str) -> None:
    raise AssertionError(text)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """Return the folder of a program that was killed a moment after an edit."""
    folder = tmp_path_factory.mktemp("killed")
    with subprocess.Popen(
        [sys.executable, "-c", CRASHING, str(folder)], cwd=repository, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"kept\n"
        store = RecoveryStore(folder / "state", fail)
        assert store.find() is None  # its owner lives
        store.close()
        process.kill()
    return folder


@pytest.fixture
def crashed(killed: Path, tmp_path: Path) -> Path:
    """Return a copy of that program's state folder."""
    return Path(shutil.copytree(killed / "state", tmp_path / "state"))


def test_work_of_a_killed_process_is_found(crashed: Path, killed: Path) -> None:
    store = RecoveryStore(crashed, fail)
    found = store.find()
    assert found is not None
    assert found.session == Session(tempo_bpm=66.0)
    assert found.source == killed / "mine.blend.json"
    assert load_session(found.source) == Session()
    other = RecoveryStore(crashed, fail)
    assert other.find() is None  # claimed by the first
    other.close()
    store.discard(found.path)
    assert store.find() is None
    store.close()
    assert list(crashed.glob("unsaved-*.json*")) == []


def test_work_that_nobody_decided_on_is_offered_again(crashed: Path) -> None:
    for _ in range(2):
        store = RecoveryStore(crashed, fail)
        assert store.find() is not None
        store.close()


def test_however_old_a_lock_is_a_living_window_keeps_its_file(tmp_path: Path) -> None:
    file = tmp_path / "unsaved-0.blend.json"
    save_session(file, Session(tempo_bpm=70.0))
    lock, held = Path(f"{file}.lock"), QLockFile(str(tmp_path / "held"))
    assert held.tryLock(0)
    shutil.copy(tmp_path / "held", lock)  # as on a disk whose system knows no locks: its text is all there is
    an_hour_ago = time.time() - 3600
    os.utime(lock, (an_hour_ago, an_hour_ago))
    store = RecoveryStore(tmp_path, fail)
    assert store.find() is None
    store.close()
    held.unlock()


def test_a_damaged_recovery_file_is_left_out(crashed: Path) -> None:
    for file in crashed.glob("unsaved-*.blend.json"):
        file.write_text("{")
    store = RecoveryStore(crashed, fail)
    assert store.find() is None
    store.close()
    assert [file.read_text() for file in crashed.glob("unsaved-*.blend.json")] == [
        "{"
    ]  # perhaps a newer one's


def test_a_clean_end_leaves_nothing(tmp_path: Path) -> None:
    store = RecoveryStore(tmp_path, fail)
    store.write(Session(), None)
    store.close()
    assert list(tmp_path.iterdir()) == []


def test_kept_work_is_offered_at_the_next_start(tmp_path: Path) -> None:
    store = RecoveryStore(tmp_path, fail)
    store.write(Session(tempo_bpm=70.0), None)
    store.close(keep=True)
    again = RecoveryStore(tmp_path, fail)
    found = again.find()
    assert found is not None
    assert (found.session.tempo_bpm, found.source) == (70.0, None)
    again.close()


def test_a_full_disk_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    told: list[str] = []
    store = RecoveryStore(tmp_path, told.append)
    for tempo in (60.0, 61.0, 62.0):
        store.write(Session(tempo_bpm=tempo), None)
    store.close()
    assert len(told) == 1
    assert "no room left" in told[0]


# -- by the controller ------------------------------------------------------------------------------


def kept_files(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "state").glob("unsaved-*.blend.json"))


def test_edits_are_kept_until_saved(controller, tmp_path: Path, qtbot: QtBot) -> None:
    assert kept_files(tmp_path) == []
    controller.document.set_parameter("tempo_bpm", 61)
    controller.files._autosave.timeout.emit()
    qtbot.waitUntil(lambda: len(kept_files(tmp_path)) == 1)
    assert load_session(kept_files(tmp_path)[0]).tempo_bpm == 61
    assert controller.files.modified
    assert controller.files.save(tmp_path / "a")
    qtbot.waitUntil(lambda: kept_files(tmp_path) == [])
    assert not controller.files.modified


def test_autosave_comes_soon_after_an_edit(controller) -> None:
    assert not controller.files._autosave.isActive()
    controller.document.set_parameter("tempo_bpm", 61)
    assert controller.files._autosave.isActive()
    assert controller.files._autosave.interval() <= 2000


def test_recovering_brings_back_work_and_file(make_controller, crashed: Path, qtbot: QtBot) -> None:
    controller = make_controller(state_folder=crashed)
    assert controller.files.find_recoverable() is not None
    with qtbot.waitSignal(controller.files.fileChanged) as told:
        assert controller.files.recover()
    assert controller.document.session.tempo_bpm == 66
    assert (controller.files.title, controller.files.modified) == ("mine", True)
    assert told.args[0] == "mine"
    assert controller.files._recoverable is None
    assert not controller.files.recover()


def test_discarding_forgets_the_work(make_controller, crashed: Path) -> None:
    controller = make_controller(state_folder=crashed)
    assert controller.files.find_recoverable() is not None
    controller.files.discard_recovery()
    assert controller.files.find_recoverable() is None


def test_title_and_modified_follow_edits_undo_and_save(controller, tmp_path: Path, qtbot: QtBot) -> None:
    told: list[tuple[str, bool]] = []
    controller.files.fileChanged.connect(lambda title, modified: told.append((title, modified)))
    controller.document.set_parameter("tempo_bpm", 61)
    controller.document.undo_stack.undo()
    controller.document.undo_stack.redo()
    assert controller.files.save(tmp_path / "song")
    controller.document.set_parameter("tempo_bpm", 62)
    controller.files.new()
    assert told[:4] == [("Untitled", True), ("Untitled", False), ("Untitled", True), ("song", False)]
    assert told[-1] == ("Untitled", False)
    assert controller.document.session.tempo_bpm == Session().tempo_bpm
    assert controller.document.undo_stack.count() == 0
    assert controller.settings.recent_files == (str(tmp_path / "song.blend.json"),)


DOCUMENT = json.loads(encode(Session()))
DAMAGED = {**DOCUMENT, "tracks": [*DOCUMENT["tracks"][:2], {**DOCUMENT["tracks"][2], "channel": 16}]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "damaged"),
        (json.dumps(DAMAGED), "MIDI channel.*not 16 .in track 'melody'"),
        (json.dumps({**DOCUMENT, "version": 4, "tracks": {"drums": []}}), "comes from a newer Loopweave"),
    ],
)
def test_a_session_that_cannot_be_opened_changes_nothing(
    controller, tmp_path: Path, qtbot: QtBot, text: str, words: str
) -> None:
    controller.document.set_parameter("tempo_bpm", 61)
    before, steps = controller.document.session, controller.document.undo_stack.count()
    path = tmp_path / "bad.blend.json"
    path.write_text(text)
    with qtbot.waitSignal(controller.messages.messageShown) as shown:
        assert not controller.files.open(path)
    assert shown.args[0] == "error"
    assert re.search(words, shown.args[1])
    assert controller.document.session is before
    assert (controller.files.modified, controller.files.file, controller.document.undo_stack.count()) == (
        True,
        None,
        steps,
    )
    assert path.read_text() == text


@pytest.mark.skipif(sys.platform == "win32", reason="names of files are texts there")
def test_work_on_a_file_whose_name_is_no_text_is_found(tmp_path: Path) -> None:
    source = Path(os.fsdecode(b"/caf\xe9.blend.json"))
    store = RecoveryStore(tmp_path, fail)
    store.write(Session(tempo_bpm=70.0), source)
    store.close(keep=True)
    again = RecoveryStore(tmp_path, fail)
    found = again.find()
    assert found is not None
    assert found.source == source
    again.close()


def test_saving_without_a_file_or_into_nowhere_fails(controller, tmp_path: Path, qtbot: QtBot) -> None:
    assert not controller.files.save()
    controller.document.set_parameter("tempo_bpm", 61)
    with qtbot.waitSignal(controller.messages.messageShown):
        assert not controller.files.save(tmp_path / "nowhere" / "a")
    assert controller.files.modified
    assert controller.files.file is None


def test_a_living_windows_file_hides_no_other_and_a_discarded_one_is_free_again(tmp_path: Path) -> None:
    living = RecoveryStore(tmp_path, fail)
    living._own = tmp_path / "unsaved-a.blend.json"  # the first that is looked at
    living.write(Session(tempo_bpm=70.0), None)
    left = RecoveryStore(tmp_path, fail)
    left._own = tmp_path / "unsaved-b.blend.json"
    left.write(Session(tempo_bpm=80.0), tmp_path / "song.json")
    left.close(keep=True)
    living.write(Session(tempo_bpm=71.0), None)
    store = RecoveryStore(tmp_path, fail)
    while not (tmp_path / "unsaved-a.blend.json").exists():
        time.sleep(0.001)
    found = store.find()
    assert found is not None
    assert (found.path.name, found.session.tempo_bpm) == ("unsaved-b.blend.json", 80.0)
    assert found.source == tmp_path / "song.json"
    store.discard(found.path)
    assert sorted(file.name for file in tmp_path.glob("unsaved-b*")) == []
    store.discard(tmp_path / "unsaved-c.blend.json")  # which is not there
    store.close()
    living.close()
    assert list(tmp_path.iterdir()) == []


def test_after_the_end_nothing_is_written_or_forgotten(tmp_path: Path) -> None:
    store = RecoveryStore(tmp_path, fail)
    store.write(Session(), None)
    store.close(keep=True)
    before = sorted(tmp_path.iterdir())
    store.write(Session(), None)
    store.clear()
    store.close()
    assert sorted(tmp_path.iterdir()) == before


def test_a_disk_that_is_full_again_is_told_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    store = RecoveryStore(tmp_path, told.append)
    full = [True]

    def save(_path: Path, _session: Session) -> None:
        if full[0]:
            raise OSError("It is full.")

    monkeypatch.setattr("blender_app.session.recovery.save_session", save)
    for state in (True, True, False, True):
        full[0] = state
        store.write(Session(), None)
        store._writer.submit(int).result()  # which comes after it
    store.close()
    assert told == ["Unsaved work cannot be kept safe from a crash: It is full."] * 2
