"""What none of the loops around has is marked where it sounds; the palette says what cells are made of."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from blender_app.core.drums import DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.session.session import Source
from blender_app.ui.drums.pattern_view import PatternView
from blender_app.ui.look.theme import Look
from blender_app.ui.palette.view import PaletteView
from blender_app.ui.roll.view import RollView
from blender_app.ui.window.main_window import MainWindow


def drums(*cells: tuple[int, int]) -> DrumLoop:
    hits = np.zeros((32, 9), np.bool_)
    for step, voice in cells:
        hits[step, voice] = True
    return DrumLoop.from_hits(hits)


def test_a_hit_that_no_loop_around_has_is_hollow(qtbot: QtBot, look: Look) -> None:
    view = PatternView(look)
    qtbot.addWidget(view)
    view.resize(700, 300)
    loop = drums((0, 0), (8, 3))
    new = np.zeros((32, 9), np.bool_)
    new[8, 3] = True
    geometry = view.geometry_of_steps()

    def brightness(step: int, voice: int) -> int:
        velocity = int(loop.velocity[step, voice])
        center = geometry.hit_rect(step, voice, velocity, 0.0).center().toPoint()
        return view.grab().toImage().pixelColor(center).value()

    view.set_loops(loop, None)
    assert brightness(8, 3) > 200
    assert not view.toolTip()
    view.set_loops(loop, None, new)
    assert brightness(8, 3) < 120
    assert brightness(0, 0) > 200
    assert "none of the loops around" in view.toolTip()
    assert view.accessible_text().endswith(", 1 in none of the loops around")


def test_a_note_that_no_loop_around_has_is_marked_at_its_end(qtbot: QtBot, look: Look) -> None:
    view = RollView(look)
    qtbot.addWidget(view)
    view.resize(700, 300)
    loop = MelodyLoop.from_events([60, -2, -2, -2, 64, -2, -2, -2] + [-1] + [-2] * 23)
    view.set_loops(loop, None)
    before = view.grab().toImage()
    new = np.zeros(32, np.bool_)
    new[4] = True
    view.set_loops(loop, None, new)
    after = view.grab().toImage()
    differ = [
        (x, y)
        for x in range(after.width())
        for y in range(after.height())
        if after.pixel(x, y) != before.pixel(x, y)
    ]
    rect = view.roll_geometry().note_rect(loop.to_notes()[1])
    assert differ
    assert all(rect.adjusted(-1, -1, 1, 1).contains(QPoint(*at)) for at in differ)
    assert view.accessible_text().endswith(", 1 in none of the loops around")


@pytest.fixture
def palette(qtbot: QtBot, look: Look) -> PaletteView:
    view = PaletteView(look)
    qtbot.addWidget(view)
    view.resize(400, 400)
    a, b, c, d = (drums((voice, voice)) for voice in range(4))
    middle = drums((0, 0), (1, 1), (9, 8), (10, 8))
    view.set_cells([[a, a, b], [a, middle, b], [c, c, d]])
    return view


def test_a_cell_says_what_it_is_made_of(palette: PaletteView) -> None:
    middle = palette.point_of((0.5, 0.5)).toPoint()
    assert palette.words_at(middle) == "corner 1: 25 %, 2: 25 %, new: 50 %"
    assert palette.words_at(palette.point_of((1.0, 1.0)).toPoint()) == "4: 100 %"
    assert palette.words_at(QPoint(-5, -5)) == ""
    event = QHelpEvent(QEvent.Type.ToolTip, middle, palette.mapToGlobal(middle))
    QApplication.sendEvent(palette, event)
    assert QToolTip.text() == "corner 1: 25 %, 2: 25 %, new: 50 %"


def test_a_screen_reader_hears_it_at_the_puck(palette: PaletteView) -> None:
    palette.set_puck(0.5, 0.5)
    assert palette.accessible_text().endswith("corner 1: 25 %, 2: 25 %, new: 50 %")


def test_what_is_new_follows_the_palette_and_the_morph(window: MainWindow, qtbot: QtBot) -> None:
    controller, view = window.controller, window.parts.sounding.view
    palettes, playback = controller.palettes, controller.playback
    corners = controller.document.session.track("drums").corners
    assert palettes.around("drums", Source.PALETTE) == list(corners)
    known = np.logical_or.reduce([corner.hits for corner in corners])
    controller.place.move_puck(0.5, 0.5)
    qtbot.waitUntil(lambda: playback.sounding == palettes.cells[5][5])
    np.testing.assert_array_equal(view._new, playback.sounding.hits & ~known)
    controller.place.move_puck(0.0, 0.0)
    qtbot.waitUntil(lambda: playback.sounding == corners[0])
    assert not view._new.any(), "a corner holds nothing new"
    assert palettes.around("drums", Source.MORPH) == []
    controller.morph.set_source(Source.MORPH)
    qtbot.waitUntil(lambda: bool(palettes.around("drums", Source.MORPH)))
    morph = controller.document.session.track("drums").morph
    assert morph is not None
    assert palettes.around("drums", Source.MORPH) == list(morph.ends)


def test_what_is_new_is_so_beside_the_loops_around(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller, view = window.controller, window.parts.sounding.view
    first, *_, last = controller.document.session.track("drums").corners
    asked: list[tuple[str, Source]] = []
    monkeypatch.setattr(controller.palettes, "around", lambda *target: asked.append(target) or [last])
    controller.place.move_puck(0.0, 0.0)
    qtbot.waitUntil(lambda: controller.playback.sounding == first)
    expected = first.hits & ~last.hits
    assert expected.any()
    np.testing.assert_array_equal(view._new, expected)
    assert set(asked) == {("drums", Source.PALETTE)}
