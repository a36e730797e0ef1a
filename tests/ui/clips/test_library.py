"""The clip library of clips under mouse and keys."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QDrag, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from blender_app.core.drums import DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.session.session import MAX_CLIPS, Clip, TrackKind
from blender_app.ui.clips.library import ClipLibrary
from blender_app.ui.look.theme import Look
from blender_app.ui.loops.drag import LoopDrag, clip_in


def clip(name: str, kind: TrackKind = TrackKind.BASS, pitch: int = 40) -> Clip:
    if kind.is_melodic:
        return Clip(name, kind, MelodyLoop.from_events([pitch, *[-2] * 31]))
    return Clip(name, kind, DrumLoop.empty().with_hit(0, 0, 100))


CLIPS = (clip("Walk"), clip("Lark", TrackKind.MELODY, 60), clip("Boom", TrackKind.DRUMS))


@pytest.fixture
def library(qtbot: QtBot, look: Look) -> ClipLibrary:
    """Return a shown clip library with three clips, the first of them chosen, for a bass track."""
    library = ClipLibrary(look)
    qtbot.addWidget(library)
    library.resize(600, 100)
    library.set_clips(CLIPS)
    library.set_kind(TrackKind.BASS)
    library.show()
    qtbot.waitExposed(library)
    library.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is library)
    library.list.setFocus()
    return library


@pytest.fixture
def edits(library: ClipLibrary) -> list[tuple[list[str], str]]:
    """Return the names of the clips after each edit, with its text."""
    edits: list[tuple[list[str], str]] = []
    library.clipsEdited.connect(lambda clips, text: edits.append(([one.name for one in clips], text)))
    return edits


@pytest.fixture
def asked(library: ClipLibrary) -> list[tuple[object, ...]]:
    """Return what the clip library asks for."""
    found: list[tuple[object, ...]] = []
    for name in ("keepAsked", "auditionAsked", "toCornerAsked", "toEndAsked", "exportAsked"):
        getattr(library, name).connect(lambda *values, one=name: found.append((one, *values)))
    return found


def place(library: ClipLibrary, row: int) -> QPoint:
    return library.list.visualRect(library.model.index(row)).center()


def test_the_model_keeps_qts_rules(library: ClipLibrary, qtbot: QtBot) -> None:
    QAbstractItemModelTester(library.model, QAbstractItemModelTester.FailureReportingMode.Fatal, library)
    library.set_clips(CLIPS[:1])
    library.set_kind(TrackKind.DRUMS)
    library.set_clips(())
    library.set_clips(CLIPS)
    assert library.model.rowCount(QModelIndex()) == 3
    assert library.model.rowCount(library.model.index(0)) == 0


def test_a_click_is_heard(library: ClipLibrary, asked) -> None:
    QTest.mouseClick(library.list.viewport(), Qt.MouseButton.LeftButton, pos=place(library, 1))
    assert asked == [("auditionAsked", 1)]
    assert library.row == 1


def test_arrows_choose_and_enter_is_heard(library: ClipLibrary, asked) -> None:
    QTest.keyClick(library.list, Qt.Key.Key_Right)
    QTest.keyClick(library.list, Qt.Key.Key_Right)
    QTest.keyClick(library.list, Qt.Key.Key_Left)
    assert asked == []
    QTest.keyClick(library.list, Qt.Key.Key_Return)
    assert asked == [("auditionAsked", 1)]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (Qt.Key.Key_1, ("toCornerAsked", 0, 0)),
        (Qt.Key.Key_4, ("toCornerAsked", 0, 3)),
        (Qt.Key.Key_A, ("toEndAsked", 0, 0)),
        (Qt.Key.Key_B, ("toEndAsked", 0, 1)),
        (Qt.Key.Key_E, ("exportAsked", 0)),
    ],
)
def test_keys_send_the_chosen_clip(
    library: ClipLibrary, asked, key: Qt.Key, expected: tuple[object, ...]
) -> None:
    QTest.keyClick(library.list, key)
    assert asked == [expected]


def test_a_clip_that_does_not_fit_goes_nowhere_but_can_be_heard_and_exported(
    library: ClipLibrary, asked
) -> None:
    library.select(2)
    for key in (Qt.Key.Key_1, Qt.Key.Key_A, Qt.Key.Key_E, Qt.Key.Key_Return):
        QTest.keyClick(library.list, key)
    assert asked == [("exportAsked", 2), ("auditionAsked", 2)]
    library.set_kind(TrackKind.DRUMS)
    QTest.keyClick(library.list, Qt.Key.Key_1)
    assert asked[-1] == ("toCornerAsked", 2, 0)


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_removing_chooses_the_next(library: ClipLibrary, edits, key: Qt.Key) -> None:
    QTest.keyClick(library.list, key)
    assert edits == [(["Lark", "Boom"], "Remove clip")]
    assert library.row == 0
    for _ in range(3):
        QTest.keyClick(library.list, key)
    assert [names for names, _ in edits[1:]] == [["Boom"], []]
    assert library.row == -1


def test_moving_a_clip_along_the_library(library: ClipLibrary, edits) -> None:
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right):
        QTest.keyClick(library.list, key, Qt.KeyboardModifier.AltModifier)
    assert edits == [(["Lark", "Walk", "Boom"], "Move clip"), (["Lark", "Boom", "Walk"], "Move clip")]
    assert library.row == 2


def test_renaming_by_typing(library: ClipLibrary, edits, qtbot: QtBot) -> None:
    QTest.keyClick(library.list, Qt.Key.Key_F2)
    editor = library.list.findChild(QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, "Lark")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(edits))
    assert edits == [(["Lark 2", "Lark", "Boom"], "Rename clip")]


def test_letters_typed_into_a_name_do_nothing_else(library: ClipLibrary, edits, asked) -> None:
    library.rename(0)
    editor = library.list.findChild(QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, "ABE1")
    QTest.keyClick(editor, Qt.Key.Key_Backspace)
    assert asked == []
    assert edits == []
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert edits == []


def test_an_empty_name_is_refused(library: ClipLibrary, edits) -> None:
    library.model.setData(library.model.index(0), "  ")
    assert edits == []
    assert library.model.clips == CLIPS


def test_the_menu_of_a_clip(library: ClipLibrary, asked, edits) -> None:
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, place(library, 1), library.list.mapToGlobal(place(library, 1))
    )
    QApplication.sendEvent(library.list.viewport(), event)
    assert library.menu.isVisible()
    for action in library.menu.actions():
        if action.text() not in ("Rename", "Remove"):
            action.trigger()
    assert asked == [
        ("auditionAsked", 1),
        *[("toCornerAsked", 1, corner) for corner in range(4)],
        ("toEndAsked", 1, 0),
        ("toEndAsked", 1, 1),
        ("exportAsked", 1),
    ]
    next(action for action in library.menu.actions() if action.text() == "Remove").trigger()
    assert edits == [(["Walk", "Boom"], "Remove clip")]
    library.menu.close()


def test_the_menu_of_a_clip_that_does_not_fit(library: ClipLibrary) -> None:
    library.select(2)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    QApplication.sendEvent(library.list.viewport(), event)
    off = [action.text() for action in library.menu.actions() if action.text() and not action.isEnabled()]
    assert len(off) == 6
    assert all("corner" in text or "end" in text for text in off)
    library.menu.close()


def test_no_menu_beside_the_clips(library: ClipLibrary) -> None:
    where = library.list.viewport().rect().bottomRight()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, where)
    QApplication.sendEvent(library.list.viewport(), event)
    assert not library.menu.isVisible()


def test_the_button_keeps_what_sounds(library: ClipLibrary, asked) -> None:
    QTest.mouseClick(library.keep_button, Qt.MouseButton.LeftButton)
    assert asked == [("keepAsked",)]


def test_a_kept_clip_is_chosen_and_other_changes_keep_the_choice(library: ClipLibrary, edits) -> None:
    library.set_clips((*CLIPS, clip("New")))
    assert library.row == 3
    library.select(1)
    library.set_clips((clip("Renamed"), *CLIPS[1:]))
    assert library.row == 1
    assert edits == []


def send(library: ClipLibrary, data: QMimeData) -> bool:
    target, where = library.list.viewport(), QPointF(10, 10)
    buttons, modifiers = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(where.toPoint(), Qt.DropAction.CopyAction, data, buttons, modifiers)
    QApplication.sendEvent(target, enter)
    if enter.isAccepted():
        event = QDropEvent(where, Qt.DropAction.CopyAction, data, buttons, modifiers)
        QApplication.sendEvent(target, event)
    return enter.isAccepted()


def test_a_clip_dropped_on_the_library_is_kept(library: ClipLibrary, edits) -> None:
    assert send(library, LoopDrag(library).mime_data(clip("Walk")))
    assert edits == [(["Walk", "Lark", "Boom", "Walk 2"], "Keep clip")]


def test_a_full_library_takes_no_more_and_says_so(library: ClipLibrary, edits, qtbot: QtBot) -> None:
    library.set_clips([clip(str(number)) for number in range(MAX_CLIPS - 1)])
    with qtbot.assertNotEmitted(library.full):
        library.add(clip("Last"))
    with qtbot.waitSignal(library.full):
        library.add(clip("One more"))
    assert len(edits) == 1
    assert library.model.clips[-1].name == "Last"


def test_other_things_are_not_taken(library: ClipLibrary, edits) -> None:
    data = QMimeData()
    data.setText("hello")
    assert not send(library, data)
    assert edits == []


def test_a_clip_is_dragged_away_as_a_midi_file(library: ClipLibrary, asked, drag, monkeypatch) -> None:
    carried = []

    def carry(drag: QDrag, _action: Qt.DropAction) -> Qt.DropAction:
        path = Path(drag.mimeData().urls()[0].toLocalFile())
        carried.append((clip_in(drag.mimeData()), path.name, path.read_bytes()))
        return Qt.DropAction.CopyAction

    def write(path: Path, clip: Clip) -> bool:
        path.write_bytes(b"MThd")
        return True

    monkeypatch.setattr(QDrag, "exec", carry)
    library.set_midi_writer(write)
    start = place(library, 1)
    drag(library.list.viewport(), [start + QPoint(x, 0) for x in (0, 10, 30, 60)])
    assert carried == [(CLIPS[1], "Lark.mid", b"MThd")]
    assert ("auditionAsked", 1) not in asked


@pytest.mark.parametrize(
    ("key", "ours"),
    [(Qt.Key.Key_1, True), (Qt.Key.Key_E, True), (Qt.Key.Key_Space, False), (Qt.Key.Key_T, False)],
)
def test_only_our_keys_are_kept_from_the_window(library: ClipLibrary, key: Qt.Key, ours: bool) -> None:
    event = QKeyEvent(QKeyEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
    event.setAccepted(False)
    QApplication.sendEvent(library.list, event)
    assert event.isAccepted() == ours


def test_an_empty_library_says_what_it_is_for_and_keeps_no_keys(library: ClipLibrary, asked) -> None:
    full = library.list.grab().toImage()
    library.set_clips(())
    assert library.list.grab().toImage() != full
    QTest.keyClick(library.list, Qt.Key.Key_1)
    assert asked == []


def test_clips_that_do_not_fit_are_dim(library: ClipLibrary) -> None:
    box = library.list.visualRect(library.model.index(1))
    library.select(0)
    bright = library.list.viewport().grab(box).toImage()
    library.set_kind(TrackKind.DRUMS)
    QApplication.processEvents()
    assert library.list.viewport().grab(box).toImage() != bright


def test_a_clip_is_drawn_once(library: ClipLibrary) -> None:
    picture = library.model.picture(1)
    library.set_clips(CLIPS[1:])
    assert library.model.picture(0).cacheKey() == picture.cacheKey()


def test_the_screen_reader_hears_name_kind_and_notes(library: ClipLibrary) -> None:
    words = library.model.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "Lark, melody, 2 bars, 1 note, C4 to C4"
    assert library.list.accessibleName() == "Clips"
    assert library.keep_button.accessibleName()


def test_larger_text_finds_more_room(library: ClipLibrary, look: Look) -> None:
    small, row = library.model.picture(0).size(), library.list.height()
    look.set_text_scale(2.0)
    assert library.model.picture(0).width() > small.width()
    assert library.list.height() > row
    look.set_text_scale(1.0)
    assert (library.model.picture(0).size(), library.list.height()) == (small, row)


def test_files_of_drags_do_not_outlive_the_program(tmp_path: Path) -> None:
    code = """
        from pathlib import Path
        from PySide6.QtWidgets import QApplication, QWidget
        from blender_app.session.session import MAX_CLIPS, Clip, TrackKind
        from blender_app.ui.loops.drag import LoopDrag
        app = QApplication([])
        window = QWidget()
        drag = LoopDrag(window)
        drag.write = lambda path, clip: bool(path.write_bytes(b"MThd"))
        data = drag.mime_data(Clip("a", TrackKind.BASS, TrackKind.BASS.empty_loop()))
        assert Path(data.urls()[0].toLocalFile()).exists()
    """
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, env=environment)
    assert list(tmp_path.glob("loopweave-*")) == []
