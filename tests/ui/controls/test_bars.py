"""Numbers, lists, the flowing layout, messages and status."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from blender_app.session.status import ModelState, Status
from blender_app.ui.controls.actions import SPECS, Actions
from blender_app.ui.controls.banner import Banner
from blender_app.ui.controls.bars import ChoiceBox
from blender_app.ui.controls.flow_layout import FlowLayout
from blender_app.ui.controls.number_box import NumberBox
from blender_app.ui.look.theme import Look
from blender_app.ui.window.help import help_rows
from blender_app.ui.window.status_bar import StatusBar


@pytest.fixture
def box(qtbot: QtBot) -> NumberBox:
    box = NumberBox(20, 300, 110, 1.0, 1, " bpm")
    qtbot.addWidget(box)
    box.show()
    qtbot.waitExposed(box)
    return box


def turn(
    box: NumberBox, notches: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    where = QPointF(box.rect().center())
    none = Qt.MouseButton.NoButton
    phase = Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(where, where, QPoint(), QPoint(0, 120 * notches), none, modifier, phase, False)
    QApplication.sendEvent(box, event)


def test_wheel_changes_a_number_and_shift_makes_it_fine(box: NumberBox) -> None:
    turn(box, 3)
    assert box.value() == 113.0
    turn(box, -1, Qt.KeyboardModifier.ShiftModifier)
    assert box.value() == pytest.approx(112.9)


def test_double_click_resets(box: NumberBox) -> None:
    turn(box, 30)
    QTest.mouseDClick(box.lineEdit(), Qt.MouseButton.LeftButton)
    assert box.value() == 110.0


def test_dragging_up_raises_as_one_gesture(box: NumberBox, drag) -> None:
    gestures: list[str] = []
    box.gestureStarted.connect(lambda: gestures.append("start"))
    box.gestureEnded.connect(lambda: gestures.append("end"))
    start = box.lineEdit().rect().center()
    drag(box.lineEdit(), [start, start - QPoint(0, 30), start - QPoint(0, 60)])
    assert box.value() == pytest.approx(110 + 60 * 0.34, abs=0.11)
    assert gestures == ["start", "end"]


def test_right_click_offers_a_reset(box: NumberBox, qtbot: QtBot) -> None:
    turn(box, 9)
    where = box.lineEdit().rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, box.lineEdit().mapToGlobal(where))
    QApplication.sendEvent(box.lineEdit(), event)
    menu = QApplication.activePopupWidget()
    reset = menu.actions()[-1]
    assert reset.text() == "Reset to 110.0 bpm"
    reset.trigger()
    menu.close()
    assert box.value() == 110.0


def test_typing_a_number(box: NumberBox, qtbot: QtBot) -> None:
    QTest.mouseClick(box.lineEdit(), Qt.MouseButton.LeftButton)
    QTest.keyClicks(box.lineEdit(), "93")
    with qtbot.waitSignal(box.finished):
        QTest.keyClick(box.lineEdit(), Qt.Key.Key_Return)
    assert box.value() == 93.0


def test_a_value_shown_is_not_told_back(box: NumberBox, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(box.valueChanged):
        box.show_value(150)
    assert box.value() == 150.0


def test_the_number_can_be_read(box: NumberBox) -> None:
    assert box.lineEdit().width() > 40


def test_choices(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    box = ChoiceBox(5, owner)
    box.show_choices([("one", (1, 1)), ("two", (2, 2))], (2, 2))
    assert (box.currentText(), box.chosen()) == ("two", (2, 2))
    box.show_current((7, 7))
    assert box.chosen() is None


def test_flow_layout_wraps_and_pushes_right(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    flow = FlowLayout(parent, 10)
    buttons = [QPushButton("x" * 12, parent) for _ in range(4)]
    for index, button in enumerate(buttons):
        if index == 3:
            flow.add_stretch()
        flow.addWidget(button)
    parent.resize(1000, 200)
    parent.show()
    qtbot.waitExposed(parent)
    assert len({button.y() for button in buttons}) == 1
    assert buttons[3].geometry().right() == 999
    narrow = buttons[0].width() * 2 + 30
    parent.resize(narrow, 400)
    QApplication.processEvents()
    assert len({button.y() for button in buttons}) == 2
    assert flow.heightForWidth(narrow) > flow.heightForWidth(1000)
    assert all(button.geometry().right() <= narrow for button in buttons)


def test_banner_waits_for_nobody_and_offers_a_way_back(look: Look, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 600)
    window.show()
    banner, undone = Banner(look, window), []
    assert banner.text == ""
    banner.show_message("error", "The disk is full. " * 12, "Undo", lambda: undone.append(1))
    assert window.rect().contains(banner.geometry())
    assert banner.text.startswith("The disk is full.")
    QTest.mouseClick(banner.button, Qt.MouseButton.LeftButton)
    assert (undone, banner.text) == ([1], "")
    banner.show_message("info", "Written.")
    assert not banner.button.isVisible()


def test_status_says_what_is_wrong(look: Look, qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    bar = StatusBar(look, Actions(look, owner), owner)
    message = "There is no audio device here."
    bar.show_status(Status("no sound", False, "Synth", "drums-2bar", ModelState.READY, 3, 0.12, message))
    texts = [bar.parts[name].text() for name in ("audio", "midi", "late", "cpu", "model")]
    assert texts == ["audio: no sound", "midi: Synth", "late events 3", "cpu 12%", "model drums-2bar"]
    assert bar.parts["audio"].toolTip() == message
    assert look.theme.warning in bar.parts["audio"].styleSheet()
    assert look.theme.warning not in bar.parts["midi"].styleSheet()


def test_no_key_is_given_twice_and_the_help_knows_all() -> None:
    keys = [key for spec in SPECS for key in spec.keys]
    assert len(keys) == len(set(keys))
    listed = {key for _, text, _ in help_rows() for key in text.split(", ")}
    assert set(keys) <= listed


def test_a_choice_that_is_too_long_ends_in_dots(qtbot: QtBot, look: Look) -> None:
    def shown(text: str) -> QImage:
        box.show_choices([(text, 1)], 1)
        return box.grab().toImage()

    parent = QWidget()
    parent.setStyleSheet(look.style_sheet())
    qtbot.addWidget(parent)
    box = ChoiceBox(3, parent)
    box.resize(90, 30)
    text = "minor pentatonic"
    assert any(shown(text) == shown(f"{text[:count]}…") for count in range(3, 8))  # which fit
