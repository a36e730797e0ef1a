"""Loops of all lengths in the window: chosen by menus and keys, edited, played, recorded, kept."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from blender_app.core.constraints import NO_CONSTRAINTS, DecodeConstraints
from blender_app.core.drums import DrumLoop
from blender_app.core.errors import ModelError
from blender_app.core.lengths import repeated
from blender_app.core.melody import MelodyLoop
from blender_app.core.parameters import DEFAULT_WANDER
from blender_app.core.time import Timeline
from blender_app.engine import messages as m
from blender_app.session.controller import Controller
from blender_app.session.edits.lengths import DOUBLE, HALVE, LENGTHS, STRETCH
from blender_app.session.session import Clip, Loop, Source, TrackKind
from blender_app.session.settings import Settings
from blender_app.ui.look.theme import Look
from blender_app.ui.loops.length_menu import LengthMenu
from blender_app.ui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
FOUR_BARS = DrumLoop.empty(64).with_hit(0, 0, 100).with_hit(40, 1, 100)


def corner(window: MainWindow, index: int = 0) -> Loop:
    return window.controller.document.session.front_track.corners[index]


def choose(menu: LengthMenu, index: int) -> None:
    """Open a menu of lengths as a hand does, and choose the entry of a place with the keys."""
    menu.popup(QPoint(40, 40))
    action = [one for one in menu.actions() if not one.isSeparator()][index]
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    assert not menu.isVisible()


def test_the_editors_menu_changes_the_length_of_what_is_edited(window: MainWindow) -> None:
    before = corner(window)
    button, stack = window.parts.editor.length, window.controller.document.undo_stack
    assert button.text().startswith("2 bars")
    choose(button.choices, 2)
    assert (corner(window), stack.undoText()) == (repeated(before, 64), "Length 4 bars")
    assert button.text().startswith("4 bars")
    assert button.choices.action_of(LENGTHS[2]).isChecked()
    assert window.parts.editor.step_grid.geometry_of_steps().steps == 64
    choose(button.choices, 5)
    assert (corner(window).steps, stack.undoText()) == (128, "Double corner")
    stack.undo()
    stack.undo()
    assert corner(window) == before
    assert button.text().startswith("2 bars")


def test_the_cards_menu_changes_its_corner(window: MainWindow) -> None:
    before = window.controller.document.session.front_track.corners
    card = window.parts.stage.cards[3]
    choose(card.length_menu, 4)
    after = window.controller.document.session.front_track.corners
    assert after == (*before[:3], repeated(before[3], 256))
    assert "16 bars" in card.accessible_text()
    assert not card.length_menu.action_of(DOUBLE).isEnabled()
    choose(card.length_menu, 0)
    assert corner(window, 3).steps == 16
    assert not card.length_menu.action_of(HALVE).isEnabled()
    window.grab()


def test_keys_double_stretch_and_halve_and_what_is_lost_can_be_brought_back(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.controller.corners.put(0, FOUR_BARS, "Four", user_edited=True)
    QTest.keyClick(window.parts.stage.palette_view, Qt.Key.Key_D, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: corner(window) == repeated(FOUR_BARS, 128))
    assert window.banner.text == ""
    QTest.keyClick(window.parts.stage.palette_view, Qt.Key.Key_H, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: corner(window) == FOUR_BARS)
    assert window.banner.text == ""
    QTest.keyClick(window.parts.stage.palette_view, Qt.Key.Key_H, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: corner(window).steps == 32)
    assert window.banner.text == "Corner 1 has 2 bars now; what came behind is gone."
    QTest.mouseClick(window.banner.button, LEFT)
    assert corner(window) == FOUR_BARS
    QTest.keyClick(window.parts.stage.palette_view, Qt.Key.Key_D, CONTROL | ALT)
    qtbot.waitUntil(lambda: corner(window).steps == 128)
    assert window.controller.document.undo_stack.undoText() == "Stretch corner"
    assert corner(window).hits[80, 1]


def test_a_hit_in_bar_four_by_mouse_and_by_keys(window: MainWindow, engine, qtbot: QtBot) -> None:
    window.controller.corners.put(0, FOUR_BARS, "Four", user_edited=True)
    grid = window.parts.editor.step_grid
    rect = grid.geometry_of_steps().rect
    QTest.mouseClick(grid, LEFT, pos=QPoint(round(rect.right()) - 3, round(rect.top()) - 8))
    QTest.mouseClick(grid, LEFT, pos=grid.geometry_of_steps().cell_rect(50, 3).center().toPoint())
    assert corner(window).hits[50, 3]
    for _ in range(4):
        QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Space)
    assert corner(window).velocity[54, 3] == 100
    assert corner(window).steps == 64
    assert window.parts.editor.detail.text().startswith("open hat   4.2.3")
    window.controller.place.move_puck(0.0, 0.0)
    qtbot.waitUntil(
        lambda: any(
            command.pattern.length_steps == 64 and {50, 54} <= {note.step for note in command.pattern.notes}
            for command in engine.sent(m.SetPattern)
        )
    )
    for text in ("Move puck", "Paint hits", "Edit hits"):
        assert window.controller.document.undo_stack.undoText() == text
        window.controller.document.undo_stack.undo()
    assert corner(window) == FOUR_BARS


def test_a_note_in_bar_four(window: MainWindow) -> None:
    window.controller.tracks.set_front("melody")
    window.controller.corners.put(0, MelodyLoop.empty(64), "Empty", user_edited=True)
    roll = window.roll.panel.roll
    roll.setFocus()
    QTest.keyClick(roll, Qt.Key.Key_End)
    pitch = roll.pitch_view.low + 5
    cell = roll.roll_geometry().cell_rect(56, pitch).center().toPoint()
    QTest.mouseClick(roll, LEFT, pos=cell)
    assert [(note.step, note.pitch) for note in corner(window).to_notes()] == [(56, pitch)]
    assert corner(window).steps == 64
    assert window.roll.panel.length.text().startswith("4 bars")
    choose(window.roll.panel.length.choices, 7)
    assert corner(window) == MelodyLoop.empty(32)
    assert "Corner 1 has 2 bars" in window.banner.text


def test_ends_of_the_morph_and_clips(window: MainWindow) -> None:
    controller = window.controller
    controller.morph.set_source(Source.MORPH)
    ends = controller.document.session.front_track.morph.ends
    card = window.morph.panel.cards[1]
    card.menu.aboutToShow.emit()
    assert card.length_menu.menuAction() in card.menu.actions()
    choose(card.length_menu, 6)
    after = controller.document.session.front_track.morph
    assert after.ends == (ends[0], STRETCH.change(ends[1]))
    assert controller.document.undo_stack.undoText() == "Stretch end"
    window.edited.edit_end(0)
    choose(window.parts.editor.length.choices, 0)
    assert [loop.steps for loop in controller.document.session.front_track.morph.ends] == [16, 64]
    assert "End A has 1 bar now" in window.banner.text
    window.grab()
    window.clips.keep(Clip("Four", TrackKind.DRUMS, FOUR_BARS))
    library = window.clips.library
    library.menu.popup(QPoint(10, 10))
    library.menu.hide()
    library.length_menu.set_loop(FOUR_BARS)
    choose(library.length_menu, 7)
    assert controller.document.session.clips[0].loop.steps == 32
    assert "Four has 2 bars now" in window.banner.text
    QTest.mouseClick(window.banner.button, LEFT)
    assert controller.document.session.clips[0].loop == FOUR_BARS
    QTest.keyClick(library.list, Qt.Key.Key_B)
    assert controller.document.session.front_track.morph.ends[1] == FOUR_BARS
    assert "4 bars" in library.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)


@pytest.mark.parametrize("steps", [16, 64, 256])
def test_playheads_of_loops_in_several_lengths_share_the_bar_line(
    window: MainWindow, engine, qtbot: QtBot, steps: int
) -> None:
    controller = window.controller
    loop = repeated(DrumLoop.empty(16).with_hit(3, 2, 100), steps).with_hit(steps - 1, 4, 100)
    controller.corners.put_all(dict.fromkeys(range(4), (loop, "Long")), "Four corners", user_edited=True)
    qtbot.waitUntil(lambda: controller.playback.sounding.steps == steps)
    timeline = Timeline(time.monotonic() - 5000.0, 0.0, 20.0)
    engine.events.append(m.TransportChanged(True, timeline))
    qtbot.waitUntil(lambda: window.parts.sounding.view._playhead.step is not None)
    now_s = time.monotonic()
    step = controller.playback.playhead_step(now_s)
    assert step == pytest.approx(timeline.step_at(now_s))
    for presenter in window.presenters:
        presenter.show_frame(now_s, step)
    tiles = window.parts.strip.tiles
    assert window.parts.sounding.view._playhead.step == pytest.approx(step % steps)
    assert tiles["drums"].lane._playhead.step == pytest.approx(step % steps)
    assert tiles["bass"].lane._playhead.step == pytest.approx(step % 32)
    window.grab()


@pytest.mark.parametrize(("steps", "expected"), [(16, [2]), (64, [2, 40])])
def test_a_take_is_as_long_as_the_corner(
    window: MainWindow, engine, qtbot: QtBot, steps: int, expected: list[int]
) -> None:
    controller = window.controller
    controller.tracks.set_front("melody")
    controller.corners.put(0, MelodyLoop.empty(steps), "Empty", user_edited=True)
    qtbot.waitUntil(lambda: window.roll.panel.roll.model.loop.steps == steps)
    window.roll.panel.recordAsked.emit(1, False)
    qtbot.waitUntil(lambda: window.recording._recorder is not None)
    # A step is a twentieth of a second; the take began so that all of it is over.
    timeline = Timeline(time.monotonic() - 0.05 * (steps + 4), 0.0, 300.0)
    window.recording._recorder = None
    window.recording._waits = True
    engine.events.append(m.TransportChanged(True, timeline))
    qtbot.waitUntil(lambda: controller.playback.timeline == timeline)
    recorder = window.recording._recorder
    assert recorder.steps == steps
    assert recorder.first_step % steps == 0
    start = timeline.seconds_at(recorder.first_step)
    for step in (2, 40):
        recorder.receive(60, 90, start + step * 0.05)
        recorder.receive(60, 0, start + (step + 1) * 0.05)
    window.recording._timer.stop()
    assert [note.step for note in recorder.take().to_notes()] == expected
    window.recording.stop()
    assert corner(window).steps == steps
    window.roll.panel.set_can_record(True)
    assert f"Record {steps // 16} bar" in window.roll.panel.tools.record.toolTip()


@pytest.mark.parametrize("steps", [16, 64, 256])
def test_an_import_and_an_export_keep_the_corners_length(
    window: MainWindow, tmp_path: Path, steps: int
) -> None:
    controller = window.controller
    long = repeated(FOUR_BARS, 256)
    assert controller.exchange.write_loop(tmp_path / "long", long, TrackKind.DRUMS)
    controller.corners.put(1, DrumLoop.empty(steps), "Empty", user_edited=True)
    window.parts.stage.cards[1].fileDropped.emit(1, str(tmp_path / "long.mid"))
    assert corner(window, 1).steps == steps
    assert corner(window, 1).hits.tolist() == long.hits[:steps].tolist()
    clip = Clip("Two", TrackKind.DRUMS, corner(window, 1))
    window.parts.stage.cards[2].clipDropped.emit(2, clip)
    assert corner(window, 2) == corner(window, 1)
    controller.morph.set_source(Source.MORPH)
    window.edited.import_end(0, str(tmp_path / "long.mid"))
    assert controller.document.session.front_track.morph.ends[0].steps == 32


# -- what the model cannot do -------------------------------------------------------------------------


class TwoBars:
    """A model that refuses longer loops, as those that are shipped do."""

    name, hash, steps = "two", "f00d", 32

    def __init__(self, make_palette) -> None:
        self._palette = make_palette

    def make_palette(
        self,
        corners: Sequence[Loop],
        refine: bool,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
        wander: float = DEFAULT_WANDER,
    ):
        if any(loop.steps > 32 for loop in corners):
            raise ModelError("drums-2bar makes loops of 2 bars; this one has 4 bars. Shorten it.")
        return self._palette(corners)


@pytest.fixture
def refusing(engine, tmp_path: Path, qtbot: QtBot, look: Look, held_palette) -> Iterator[MainWindow]:
    controller = Controller(
        make_engine=lambda: engine,
        load_model=lambda _name: TwoBars(held_palette),
        load_stored=lambda kind: None,
        settings=Settings(tmp_path / "settings.ini"),
        state_folder=tmp_path / "state",
    )
    controller.start()
    qtbot.waitUntil(lambda: controller.palettes.accuracy is not None)
    window = MainWindow(controller, look, asks_before_closing=False)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.close()
    controller.close()


def test_a_corner_that_is_too_long_for_the_model_says_so(refusing: MainWindow, qtbot: QtBot) -> None:
    cards, controller = refusing.parts.stage.cards, refusing.controller
    assert "cross-faded" not in "".join(card.accessible_text() for card in cards)
    controller.lengths.change_corner(1, LENGTHS[2])
    qtbot.waitUntil(lambda: "cross-faded" in cards[1].accessible_text())
    assert "loops of drums-2bar" in cards[1].accessible_text()
    assert "cross-faded" in cards[1].toolTip()
    assert not any("cross-faded" in card.accessible_text() for card in (cards[0], cards[2], cards[3]))
    assert "makes loops of 2 bars" in refusing.banner.text
    refusing.grab()
    controller.lengths.change_corner(1, HALVE)
    qtbot.waitUntil(lambda: "cross-faded" not in cards[1].accessible_text())
    assert "cross-faded" not in cards[1].toolTip()
