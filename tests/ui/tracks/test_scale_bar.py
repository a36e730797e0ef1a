"""The band's key and chords."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from blender_app.core.progressions import parse_chords
from blender_app.core.scales import TONIC_NAMES, Key, Mode
from blender_app.ui.look.theme import Look
from blender_app.ui.tracks.scale_bar import ScaleBar

A_MINOR = Key(9, Mode.MINOR, parse_chords("Am F C G"))


@pytest.fixture
def bar(qtbot: QtBot, look: Look) -> ScaleBar:
    bar = ScaleBar(look)
    qtbot.addWidget(bar)
    bar.show()
    qtbot.waitExposed(bar)
    bar.told = []
    bar.keyChanged.connect(bar.told.append)
    return bar


def choose(box, value: object) -> None:
    """Choose a value of a list as a hand does."""
    index = box._values.index(value)
    box.setCurrentIndex(index)
    box.activated.emit(index)


def write(bar: ScaleBar, text: str) -> None:
    """Type chords in place of those that are there, and press Return."""
    bar.chords.setFocus()
    bar.chords.selectAll()
    QTest.keyClick(bar.chords, Qt.Key.Key_Delete)
    QTest.keyClicks(bar.chords, text)
    QTest.keyClick(bar.chords, Qt.Key.Key_Return)


def test_without_a_key_there_is_nothing_else_to_set(bar: ScaleBar) -> None:
    bar.show_lock("bass", melodic=True, locked=True)
    assert bar.tonic.currentText() == "no key"
    for widget in (bar.mode, bar.chords, bar.progressions, bar.lock):
        assert not widget.isEnabled()
    choose(bar.tonic, 2)
    assert bar.told == [Key(2, Mode.MINOR)]
    for widget in (bar.mode, bar.chords, bar.progressions, bar.lock):
        assert widget.isEnabled()


def test_a_key_is_shown_without_telling_it_back(bar: ScaleBar) -> None:
    bar.show_key(A_MINOR)
    assert (bar.tonic.currentText(), bar.mode.currentText()) == ("A", "minor")
    assert bar.chords.text().split() == ["Am", "F", "C", "G"]
    assert bar.told == []


def test_another_tonic_takes_the_chords_along(bar: ScaleBar) -> None:
    bar.show_key(A_MINOR)
    choose(bar.tonic, TONIC_NAMES.index("C"))
    assert bar.told == [Key(0, Mode.MINOR, parse_chords("Cm Ab Eb Bb"))]
    choose(bar.tonic, None)
    assert bar.told[-1] is None
    choose(bar.tonic, TONIC_NAMES.index("A"))
    assert bar.told[-1] == A_MINOR  # what was there before comes back


def test_another_mode(bar: ScaleBar) -> None:
    bar.show_key(Key(2, Mode.MAJOR))
    choose(bar.mode, Mode.DORIAN)
    assert bar.told == [Key(2, Mode.DORIAN)]


def test_chords_are_typed(bar: ScaleBar) -> None:
    bar.show_key(Key(9, Mode.MINOR))
    write(bar, "Dm, G7")
    assert bar.told == [Key(9, Mode.MINOR, parse_chords("Dm G7"))]
    write(bar, "")
    assert bar.told[-1] == Key(9, Mode.MINOR)


@pytest.mark.parametrize(("text", "problem"), [("Am Hx", "Hx"), ("Am F C", "not 3")])
def test_chords_that_cannot_be_are_not_taken_and_say_why(bar: ScaleBar, text: str, problem: str) -> None:
    bar.show_key(A_MINOR)
    write(bar, text)
    assert bar.told == []
    assert problem in bar.chords.toolTip()
    assert problem in bar.chords.accessibleDescription()
    QTest.keyClick(bar.chords, Qt.Key.Key_Escape)
    assert bar.chords.text().split() == ["Am", "F", "C", "G"]
    assert bar.chords.problem == ""


def test_progressions_of_the_key(bar: ScaleBar) -> None:
    bar.show_key(Key(0, Mode.MAJOR))
    bar.progressions_menu.aboutToShow.emit()
    actions = bar.progressions_menu.actions()
    actions[0].trigger()
    assert bar.told == [Key(0, Mode.MAJOR, parse_chords("C G Am F"))]
    actions[-1].trigger()
    assert bar.told[-1] == Key(0, Mode.MAJOR)


def test_the_lock_is_the_front_track_s(bar: ScaleBar) -> None:
    told: list[bool] = []
    bar.lockToggled.connect(told.append)
    bar.show_key(A_MINOR)
    bar.show_lock("bass", melodic=True, locked=True)
    assert bar.lock.isChecked()
    QTest.mouseClick(bar.lock, Qt.MouseButton.LeftButton)
    assert told == [False]
    bar.show_lock("drums", melodic=False, locked=True)
    assert not bar.lock.isEnabled()
    assert not bar.lock.isChecked()
