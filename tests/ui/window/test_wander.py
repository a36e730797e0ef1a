"""Wander in the window: a box beside the palette and the morph, turned by mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blender_app.session.session import Source
from blender_app.ui.controls.parameter_controls import ParameterBox
from blender_app.ui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(params=list(Source))
def source(window: MainWindow, request: pytest.FixtureRequest) -> Source:
    """Return what the melody in front plays."""
    window.controller.tracks.set_front("melody")
    window.controller.morph.set_source(request.param)
    return request.param


@pytest.fixture
def box(window: MainWindow, source: Source) -> ParameterBox:
    """Return the box beside what plays."""
    return window.parts.stage.path_bar.wander if source is Source.PALETTE else window.morph.panel.bar.wander


def wander_of(window: MainWindow, track: str = "melody") -> float:
    return window.controller.document.session.track(track).wander


def history(window: MainWindow) -> list[str]:
    stack = window.controller.document.undo_stack
    return [stack.text(index) for index in range(stack.count())]


def test_it_is_in_sight_and_says_what_it_means(box: ParameterBox) -> None:
    assert box.isVisible()
    assert box.window().rect().contains(box.rect().translated(box.mapTo(box.window(), QPoint())))
    assert box.text() == "50 %"
    assert "0 is near" in box.toolTip()
    assert "100 is free" in box.toolTip()
    spoken = QAccessible.queryAccessibleInterface(box)
    assert spoken.text(QAccessible.Text.Name) == "Wander"
    assert spoken.valueInterface().currentValue() == 50.0


def test_a_drag_is_one_step_and_undo_shows_the_old_value(window: MainWindow, box: ParameterBox, drag) -> None:
    before = history(window)
    line = box.lineEdit()
    start = line.rect().center()
    drag(line, [start - QPoint(0, 2 * px) for px in range(11)])
    assert wander_of(window) == pytest.approx(box.value() / 100)
    assert wander_of(window) > 0.7
    assert history(window) == [*before, "Wander"]
    window.controller.document.undo_stack.undo()
    assert (wander_of(window), box.text()) == (0.5, "50 %")


def test_keys_turn_it_and_a_double_click_resets_it(window: MainWindow, box: ParameterBox) -> None:
    box.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert (wander_of(window), box.text()) == (0.55, "55 %")
    QTest.keyClick(box, Qt.Key.Key_Down)
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert wander_of(window) == 0.45
    QTest.mouseDClick(box.lineEdit(), LEFT)
    assert wander_of(window) == 0.5


def test_tab_reaches_it(window: MainWindow, box: ParameterBox, source: Source) -> None:
    stage = window.parts.stage.path_bar if source is Source.PALETTE else window.morph.panel.bar
    before = stage.closed_button if source is Source.PALETTE else stage.bars
    before.setEnabled(True)
    before.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(3):
        if QApplication.focusWidget() is box:
            break
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is box


def test_each_track_has_its_own(window: MainWindow, box: ParameterBox, source: Source) -> None:
    window.controller.document.set_track_parameter("wander", 0.2)
    assert box.text() == "20 %"
    window.controller.document.set_track_parameter("wander", 0.9, "drums")
    assert box.text() == "20 %"
    window.controller.tracks.set_front("drums")
    window.controller.morph.set_source(source)
    assert box.text() == "90 %"


def test_what_is_shown_is_decoded_anew_while_it_is_dragged(
    window: MainWindow, box: ParameterBox, qtbot: QtBot, source: Source
) -> None:
    told = window.controller.palettes
    changed = told.cellsChanged if source is Source.PALETTE else told.morphChanged
    line = box.lineEdit()
    start = line.rect().center()
    QTest.mousePress(line, LEFT, pos=start)
    for px in (10, 20):
        with qtbot.waitSignal(changed, check_params_cb=lambda track: track == "melody"):
            QTest.mouseMove(line, start - QPoint(0, px))
    QTest.mouseRelease(line, LEFT, pos=start - QPoint(0, 20))
