"""The playhead over what sounds, drums or a melody."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blender_app.core.drums import DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.ui.drums.pattern_view import PatternView
from blender_app.ui.look.theme import Look
from blender_app.ui.roll.view import RollView

Played = PatternView | RollView


@pytest.fixture(params=["drums", "melody"])
def view(request: pytest.FixtureRequest, qtbot: QtBot, look: Look) -> Played:
    """Return a shown view with something to play on the first beat of each bar."""
    view: PatternView | RollView
    if request.param == "drums":
        view = PatternView(look)
        view.set_loops(DrumLoop.empty().with_hit(0, 0, 100).with_hit(16, 0, 100), None)
    else:
        view = RollView(look)
        view.set_loops(MelodyLoop.from_events([36, *[-2] * 15, 43, *[-2] * 15]), None)
    qtbot.addWidget(view)
    view.resize(640, 300)
    view.show()
    qtbot.waitExposed(view)
    return view


def test_the_playhead_repaints_only_its_surroundings(view: Played, paint_log) -> None:
    view.set_playhead(8.0)
    log = paint_log(view)
    for frame in range(20):
        view.set_playhead(8.0 + frame * 0.1)
        QApplication.processEvents()
    assert log.areas
    assert max(log.areas) < 0.35 * view.width() * view.height()


def test_the_playhead_leaves_nothing_behind(view: Played) -> None:
    clean = view.screen().grabWindow(view.winId()).toImage()
    for place in (0.3, 3.9, 4.0, 11.9, 14.0, 15.99, 16.0, 31.9, 0.5, 1.9):
        view.set_playhead(place)
        QApplication.processEvents()
    assert view.screen().grabWindow(view.winId()).toImage() != clean
    view.set_playhead(None)
    QApplication.processEvents()
    assert view.screen().grabWindow(view.winId()).toImage() == clean


def test_another_look_is_drawn_at_once(view: Played, look: Look, paint_log) -> None:
    log = paint_log(view)
    look.set_text_scale(1.5)
    QApplication.processEvents()
    assert max(log.areas) == view.width() * view.height()
