"""The first picture of the window is without what it does not show, and lacks nothing for it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from blender_app.core.melody_presets import MELODY_PRESETS
from blender_app.core.scales import Key, Mode
from blender_app.engine import messages as m
from blender_app.session.controller import Controller
from blender_app.session.session import Source, TrackKind
from blender_app.ui.controls.idle_tasks import IdleTasks
from blender_app.ui.look.theme import Look
from blender_app.ui.window import main_window
from blender_app.ui.window.main_window import MainWindow

NEVER_MS = 3_600_000
CLOSES_LATER = (
    "blender_app.ui.roll.panel",
    "blender_app.ui.morph.panel",
    "blender_app.ui.clips.library",
    "blender_app.core.smf_parse",
    "blender_app.engine.render",
    "blender_app.engine.sequencer",
    "torch",
)


@pytest.fixture
def young(
    qtbot: QtBot, controller: Controller, look: Look, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    """Return a window that is seen and has not made the rest yet."""
    monkeypatch.setattr(main_window, "AFTER_FIRST_PICTURE_MS", NEVER_MS)
    window = MainWindow(controller, look, asks_before_closing=False)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.close()


def make_rest(window: MainWindow) -> None:
    """Let a window make the rest now."""
    while not window.deferred_parts.done:
        window.deferred_parts._on_timer_timeout()


def tab_order(window: MainWindow) -> list[QWidget]:
    """Return what Tab reaches, from the menu on."""
    first = widget = window.parts.transport.menu_button
    order: list[QWidget] = [first]
    while (widget := widget.nextInFocusChain()) is not first:
        order.append(widget)
    return order


def test_the_start_imports_only_what_its_picture_shows() -> None:
    code = (
        "import os, sys\n"
        "os.environ['QT_QPA_PLATFORM'] = 'offscreen'\n"
        "from blender_app import app\n"
        "from blender_app.engine.host import EngineProcess\n"
        "application = app.make_application()\n"
        "window = app.make_window(app.make_controller(EngineProcess()))\n"
        "window.show()\n"
        "application.processEvents()\n"
        f"print(*[name for name in {CLOSES_LATER!r} if name in sys.modules])\n"
        "sys.stdout.flush()\n"
        "os._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_what_is_made_later_changes_no_picture(young: MainWindow, qtbot: QtBot) -> None:
    before, sizes, least = young.grab().toImage(), young.parts.splitter.sizes(), young.minimumSizeHint()
    assert not young.roll.is_made
    make_rest(young)
    assert young.roll.is_made
    assert young.morph.is_made
    assert young.grab().toImage() == before
    assert (young.parts.splitter.sizes(), young.minimumSizeHint()) == (sizes, least)


def test_a_window_makes_the_rest_by_itself(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.deferred_parts.done)
    assert window.roll.is_made
    assert window.morph.is_made


def test_tab_goes_through_the_window_as_it_is_read(young: MainWindow) -> None:
    make_rest(young)
    controller = young.controller
    controller.tracks.add(TrackKind.MELODY)
    order = tab_order(young)
    tiles = young.parts.strip.in_order()
    places = [
        order.index(widget)
        for widget in (
            young.parts.transport.boxes["tempo_bpm"],
            young.parts.stage.palette_view,
            young.parts.stage.path_bar.cells,
            young.morph.panel.view,
            young.clips.library.list,
            young.parts.sounding.settings_button,
            young.parts.editor.step_grid,
            young.roll.panel.roll,
            *[tile.mini for tile in tiles],
            young.parts.strip.add_button,
            young.parts.strip.scale.chords,
        )
    ]
    assert places == sorted(places)
    assert [tile.track_name for tile in tiles] == list(controller.document.session.track_names)


def test_a_melody_comes_to_the_front_before_the_rest_is_made(young: MainWindow, qtbot: QtBot) -> None:
    controller = young.controller
    controller.devices.open_input("keyboard")
    qtbot.waitUntil(lambda: controller.devices.input == "keyboard")
    controller.band.set_key(Key(0, Mode.MAJOR))
    controller.tracks.set_front("melody")
    panel = young.roll.panel
    assert young.parts.editor_stack.currentWidget() is panel
    panel.presets_menu.aboutToShow.emit()
    assert [action.text() for action in panel.presets_menu.actions()] == [one.name for one in MELODY_PRESETS]
    assert panel.roll.key == Key(0, Mode.MAJOR)
    assert panel.tools.record.isEnabled()
    panel.roll.setFocus()
    QTest.keyClick(panel.roll, Qt.Key.Key_Plus)  # louder
    assert controller.document.undo_stack.count() == 2
    assert controller.document.session.track("melody").corners[0] == panel.roll.model.loop
    make_rest(young)
    assert young.roll.panel is panel
    assert young.parts.editor_stack.count() == 2


def test_the_morph_comes_before_the_rest_is_made(young: MainWindow, engine, qtbot: QtBot) -> None:
    young.actions_by_name["use_morph"].trigger()
    panel = young.morph.panel
    assert young.parts.stage_stack.currentWidget() is panel
    assert young.controller.document.session.front_track.source is Source.MORPH
    qtbot.waitUntil(lambda: bool(young.controller.palettes.morph_loops_of("drums")))
    panel.stepClicked.emit(1)
    qtbot.waitUntil(lambda: bool(engine.sent(m.Preview)))
    make_rest(young)
    assert young.morph.panel is panel
    assert young.parts.stage_stack.count() == 2


def test_keys_say_what_they_do_on_a_roll_made_later(young: MainWindow) -> None:
    young.activateWindow()
    young.controller.tracks.set_front("bass")
    young.roll.panel.roll.setFocus()
    young.hints.set_name(young.roll.panel.roll, "roll")
    young.roll.panel.tools.step_entry.click()
    assert young.hints._names[young.roll.panel.roll] == "step entry"


def test_pieces_are_done_one_at_a_time_and_once(qtbot: QtBot) -> None:
    done: list[int] = []
    parent = QObject()
    later = IdleTasks((done.append(i) for i in range(3)), parent)
    later._on_timer_timeout()
    assert (done, later.done) == ([0], False)
    later.start(0)
    qtbot.waitUntil(lambda: later.done)
    later.start(0)
    assert done == [0, 1, 2]
    assert not later._timer.isActive()
