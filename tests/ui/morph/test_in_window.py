"""The morph in the window under the hand: what mouse and keys do to the session, and to its history."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blender_app.session.session import Morph, Source
from blender_app.ui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def mixing(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """Return a window whose front, the melody, mixes nine decoded steps; the morph has the focus."""
    window.controller.tracks.set_front("melody")
    window.controller.morph.set_source(Source.MORPH)
    qtbot.waitUntil(lambda: window.morph.panel.step_clip(8) is not None)
    window.morph.panel.view.setFocus()
    return window


def morph_of(window: MainWindow) -> Morph:
    morph = window.controller.document.session.track("melody").morph
    assert morph is not None
    return morph


def steps_of_history(window: MainWindow) -> list[str]:
    stack = window.controller.document.undo_stack
    return [stack.text(index) for index in range(stack.count())]


def test_a_tapped_step_sounds(mixing: MainWindow, qtbot: QtBot) -> None:
    view, controller = mixing.morph.panel.view, mixing.controller
    step = mixing.morph.panel.step_clip(4)
    QTest.mouseClick(view, LEFT, pos=view.box_of(4).center().toPoint())
    assert morph_of(mixing).position == 0.5
    qtbot.waitUntil(lambda: controller.playback.sounding_of("melody") == step.loop)


def test_a_glide_is_one_step_of_the_history(mixing: MainWindow, drag) -> None:
    view = mixing.morph.panel.view
    before = steps_of_history(mixing)
    start, end = (view.point_of(position).toPoint() for position in (0.0, 0.8))
    drag(view, [start + (end - start) * share / 20 for share in range(21)])
    assert morph_of(mixing).position == pytest.approx(0.8, abs=0.01)
    assert steps_of_history(mixing) == [*before, "Glide"]
    mixing.controller.document.undo_stack.undo()
    assert morph_of(mixing).position == 0.0
    assert view.step == 0


def test_pulled_ends_decode_more_steps_and_undo_at_once(mixing: MainWindow, qtbot: QtBot) -> None:
    panel, card = mixing.morph.panel, mixing.morph.panel.cards[1]
    before = steps_of_history(mixing)
    origin = card.mapToGlobal(QPoint(60, 30))
    QTest.mousePress(card, LEFT, pos=QPoint(60, 30))
    for right in (5, 15, 30, 45):
        QTest.mouseMove(card, card.mapFromGlobal(origin + QPoint(right, 0)))
        QApplication.processEvents()
    QTest.mouseRelease(card, LEFT, pos=card.mapFromGlobal(origin + QPoint(45, 0)))
    steps = morph_of(mixing).steps
    assert steps > 9
    qtbot.waitUntil(lambda: panel.step_clip(steps - 1) is not None)
    assert steps_of_history(mixing) == [*before, "Number of steps"]
    mixing.controller.document.undo_stack.undo()
    assert morph_of(mixing).steps == 9
    qtbot.waitUntil(lambda: panel.step_clip(8) is not None)


def test_keys_put_a_step_into_a_corner_and_on_the_library(mixing: MainWindow) -> None:
    controller, panel = mixing.controller, mixing.morph.panel
    QTest.keyClick(panel.view, Qt.Key.Key_Right)
    clip = panel.step_clip(1)
    QTest.keyClick(panel.view, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(panel.view, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    track = controller.document.session.track("melody")
    assert (track.corners[2], track.corner_names[2]) == (clip.loop, clip.name)
    assert controller.document.session.clips == (clip,)


def test_swapped_ends_sound_the_same(mixing: MainWindow, qtbot: QtBot) -> None:
    controller, first = mixing.controller, morph_of(mixing).ends[0]
    QTest.keyClick(mixing.morph.panel.view, Qt.Key.Key_R)
    assert morph_of(mixing).ends[1] == first
    assert morph_of(mixing).position == 1.0
    qtbot.waitUntil(lambda: controller.playback.waiting_of("melody") is None)
    assert controller.playback.sounding_of("melody") == first


def test_a_touched_sweep_lets_go_where_it_is_touched(mixing: MainWindow) -> None:
    view = mixing.morph.panel.view
    QTest.keyClick(view, Qt.Key.Key_P)
    assert morph_of(mixing).sweeping
    QTest.mouseClick(view, LEFT, pos=view.box_of(6).center().toPoint())
    assert not morph_of(mixing).sweeping
    assert morph_of(mixing).position == 0.75


def test_no_playhead_is_left_where_another_track_was_in_front_at_the_end(mixing: MainWindow) -> None:
    view, roll = mixing.morph.panel.view, mixing.roll.panel.roll
    still = view.grab().toImage(), roll.grab().toImage()
    for part in mixing.presenters:
        part.show_frame(time.monotonic(), 8.0)
    assert view.grab().toImage() != still[0]
    assert roll.grab().toImage() != still[1]
    mixing.controller.tracks.set_front("drums")
    for part in mixing.presenters:
        part.show_frame(time.monotonic(), None)
    mixing.controller.tracks.set_front("melody")
    view.setFocus()
    assert (view.grab().toImage(), roll.grab().toImage()) == still
