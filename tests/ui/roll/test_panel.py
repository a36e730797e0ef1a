"""The editor of a melodic corner with its tools, and the view of the melody that sounds."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from blender_app.core.melody import MelodyLoop
from blender_app.core.melody_presets import BASS_PRESETS
from blender_app.core.notes import Note
from blender_app.core.scales import Key, Mode
from blender_app.ui.controls.actions import Actions
from blender_app.ui.drums.editor_panel import EditorPanel
from blender_app.ui.look.theme import Look
from blender_app.ui.roll.panel import RollPanel
from blender_app.ui.roll.piano_roll import PianoRoll
from blender_app.ui.roll.press import RollTool
from blender_app.ui.roll.view import RollView, describe_melody

A_MINOR = Key(9, Mode.MINOR)


def loop_of(*notes: tuple[int, int, float]) -> MelodyLoop:
    return MelodyLoop.from_notes(Note(step, pitch, 100, length) for step, pitch, length in notes)


LOW = loop_of((0, 36, 4.0), (8, 43, 4.0))
HIGH = loop_of((0, 84, 4.0), (8, 91, 4.0))


@pytest.fixture
def actions(qtbot: QtBot, look: Look) -> Actions:
    """Return the window's actions without a window."""
    owner = QWidget()
    qtbot.addWidget(owner)
    actions = Actions(look, owner)
    actions.owner = owner  # type: ignore[attr-defined]
    return actions


@pytest.fixture
def panel(qtbot: QtBot, look: Look, actions: Actions) -> RollPanel:
    """Return a shown panel with a low loop in corner 2."""
    panel = RollPanel(look, actions)
    qtbot.addWidget(panel)
    panel.resize(620, 300)
    panel.show_corner(1, "2", "walk", LOW)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def click(button: QAbstractButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


# -- the panel ----------------------------------------------------------------------------------------


def test_the_heading_tells_corner_cursor_and_note(panel: RollPanel) -> None:
    assert panel.title.text() == "2  walk"
    panel.roll.setFocus()
    QTest.keyClick(panel.roll, Qt.Key.Key_N)
    assert panel.detail.text() == "G2   1.3.1   velocity 100   length 4"
    QTest.keyClick(panel.roll, Qt.Key.Key_End)
    assert panel.detail.text() == "G2   2.4.4   rest"


def test_the_heading_says_that_a_key_has_brought_the_loop_into_its_scale(panel: RollPanel) -> None:
    key = Key(2, Mode.DORIAN)
    panel.set_key(key)
    panel.show_corner(1, "2", "walk", LOW, user_edited=True)
    assert "in key" not in panel.detail.text()
    panel.show_corner(1, "2", "walk", LOW, user_edited=False)
    assert panel.detail.text().startswith("in key   ")
    panel.roll.setFocus()
    QTest.keyClick(panel.roll, Qt.Key.Key_N)
    assert panel.detail.text() == "in key   G2   1.3.1   velocity 100   length 4"
    panel.set_key(None)
    panel.show_corner(1, "2", "walk", LOW, user_edited=False)
    assert "in key" not in panel.detail.text()


def test_another_corner_is_fitted_into_sight_and_the_same_one_stays(panel: RollPanel) -> None:
    view = panel.roll.pitch_view
    panel.show_corner(1, "2", "walk", loop_of((0, 38, 4.0)))
    assert panel.roll.pitch_view == view
    panel.show_corner(2, "3", "lead", HIGH)
    assert (panel.roll.model.step, panel.roll.model.pitch) == (0, 84)
    assert panel.roll.pitch_view.shows(HIGH.to_notes())
    assert not panel.roll.pitch_view.shows(LOW.to_notes())


def test_what_is_recorded_is_shown_instead_of_the_corner(panel: RollPanel) -> None:
    free, note = color(panel.roll, 17, 40), color(panel.roll, 1, 36)
    for take in (MelodyLoop.empty(), loop_of((16, 40, 4.0))):
        panel.show_take(take)
        assert color(panel.roll, 1, 36) != note  # only an outline: it is being replaced
    assert color(panel.roll, 17, 40) == note
    assert panel.roll.model.loop == LOW
    panel.show_take(None)
    assert color(panel.roll, 17, 40) == free
    assert color(panel.roll, 1, 36) == note


def test_a_long_name_ends_in_dots_and_takes_no_room_from_others(panel: RollPanel) -> None:
    least = panel.minimumSizeHint()
    short = panel.title.grab().toImage()
    panel.show_corner(1, "2", "a name that somebody gave to a file of theirs, " * 2, LOW)
    QApplication.processEvents()
    assert panel.minimumSizeHint() == least
    assert panel.title.grab().toImage() != short
    assert panel.title.width() < 0.5 * panel.width()
    assert panel.title.toolTip() == panel.title.text()
    assert panel.detail.width() > 0.3 * panel.width()


def test_a_cleared_corner_is_entered_from_its_beginning(panel: RollPanel) -> None:
    panel.roll.setFocus()
    QTest.keyClick(panel.roll, Qt.Key.Key_End)
    panel.show_corner(1, "2", "walk", MelodyLoop.empty())
    assert panel.roll.model.step == 0


def test_an_end_of_the_morph_has_its_own_mark(panel: RollPanel) -> None:
    panel.show_corner(1, "B", "walk", HIGH)
    assert panel.title.text() == "B  walk"
    assert not panel.roll.pitch_view.shows(LOW.to_notes())


def test_the_same_corner_of_another_track_is_fitted(panel: RollPanel) -> None:
    panel.roll.set_pitch_view(panel.roll.pitch_view.zoomed(80, 60))
    panel.forget_corner()
    panel.show_corner(1, "2", "walk", LOW)
    assert panel.roll.pitch_view.rows < 30


def test_tools_change_what_a_drag_does(panel: RollPanel) -> None:
    for tool, button in panel.tools.tools.items():
        click(button)
        assert panel.roll.tool is tool
    panel.roll.set_tool(RollTool.DRAW)
    checked = [tool for tool, button in panel.tools.tools.items() if button.isChecked()]
    assert checked == [RollTool.DRAW]


def test_snap_needs_a_key(panel: RollPanel) -> None:
    panel.set_key(None)
    assert not panel.tools.snap.isEnabled()
    panel.set_key(A_MINOR)
    assert panel.tools.snap.isEnabled()
    assert "A minor" in panel.tools.snap.toolTip()
    assert panel.roll.model.snapped(61, 1) == 60
    click(panel.tools.snap)
    assert panel.roll.model.snapped(61, 1) == 61


def test_words_trigger_the_windows_actions(panel: RollPanel, actions: Actions) -> None:
    told: list[str] = []
    names = ("dice_corner", "vary_corner", "import_corner", "copy_corner", "paste_corner", "clear_corner")
    for name in names:
        actions[name].triggered.connect(lambda _=False, one=name: told.append(one))
    for word in panel.tools.words[1:]:
        click(word)
    assert told == list(names)
    actions["paste_corner"].setEnabled(False)
    assert [word.isEnabled() for word in panel.tools.words] == [True] * 5 + [False, True]


def test_copying_the_corner_leaves_ctrl_v_to_it(panel: RollPanel, actions: Actions) -> None:
    panel.roll.model.choose_all()
    panel.roll.model.copy()
    assert panel.roll.model.copied
    actions["copy_corner"].trigger()
    assert not panel.roll.model.copied


def test_presets_are_offered(panel: RollPanel) -> None:
    chosen: list[object] = []
    panel.presetChosen.connect(chosen.append)
    panel.set_presets(BASS_PRESETS[:3])
    panel.set_presets(BASS_PRESETS)
    panel.presets_menu.aboutToShow.emit()
    assert [action.text() for action in panel.presets_menu.actions()] == [one.name for one in BASS_PRESETS]
    panel.presets_menu.actions()[2].trigger()
    assert chosen == [BASS_PRESETS[2]]


def test_step_entry_takes_the_focus_and_midi_notes(panel: RollPanel, qtbot: QtBot) -> None:
    told: list[bool] = []
    panel.stepEntryChanged.connect(told.append)
    panel.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is panel)
    panel.receive_note(40, 77)
    assert panel.roll.model.loop == LOW
    click(panel.tools.step_entry)
    assert panel.roll.hasFocus()
    panel.receive_note(40, 77)
    panel.receive_note(40, 0)
    assert panel.roll.model.notes[0] == Note(0, 40, 77, 1.0)
    assert panel.detail.text().startswith("1.1.2   length 1")
    click(panel.tools.step_entry)
    assert told == [True, False]


def test_recording_asks_with_count_in_and_overdub(panel: RollPanel) -> None:
    asked: list[tuple[int, bool]] = []
    stopped: list[bool] = []
    panel.recordAsked.connect(lambda bars, overdub: asked.append((bars, overdub)))
    panel.recordStopped.connect(lambda: stopped.append(True))
    panel.set_can_record(True)
    click(panel.tools.record)
    assert asked == [(1, False)]
    assert not panel.tools.record.isChecked()  # until it really records
    texts = {action.text(): action for action in panel.record_menu.actions()}
    texts["Two bars of count-in"].trigger()
    texts["Play over what is there"].trigger()
    click(panel.tools.record)
    assert asked[-1] == (2, True)
    panel.set_recording("count-in 3")
    assert panel.detail.text() == "count-in 3"
    assert panel.tools.record.isChecked()
    click(panel.tools.record)
    assert stopped == [True]
    assert len(asked) == 2
    panel.set_recording(None)
    assert not panel.tools.record.isChecked()
    assert "count-in" not in panel.detail.text()


def test_without_an_input_there_is_no_recording(panel: RollPanel) -> None:
    assert not panel.tools.record.isEnabled()
    assert "open a MIDI input" in panel.tools.record.toolTip()
    panel.set_can_record(True)
    assert panel.tools.record.isEnabled()
    panel.set_recording("recording 40 %")
    panel.set_can_record(False)  # the input is lost
    assert panel.tools.record.isEnabled()  # to stop
    panel.set_recording(None)
    assert not panel.tools.record.isEnabled()


@pytest.mark.parametrize("scale", [1.0, 1.6, 2.0])
def test_its_steps_stand_in_line_with_the_drums(
    qtbot: QtBot, look: Look, actions: Actions, scale: float
) -> None:
    look.set_text_scale(scale)
    both = [EditorPanel(look, actions), RollPanel(look, actions)]
    for one in both:
        qtbot.addWidget(one)
        one.resize(900, 420)
        one.show()
        qtbot.waitExposed(one)
    lefts = []
    for steps, box in ((both[0].step_grid, both[0]), (both[1].roll, both[1])):
        geometry = steps.geometry_of_steps()
        lefts.append(
            [
                steps.mapTo(box, QPoint(0, 0)).x() + geometry.x_of(0),
                steps.mapTo(box, QPoint(0, 0)).x() + geometry.x_of(20),
            ]
        )
    assert lefts[0] == pytest.approx(lefts[1])
    assert both[1].minimumSizeHint().height() <= both[0].minimumSizeHint().height()


def test_everything_has_a_name_and_is_reached_by_keys(panel: RollPanel) -> None:
    buttons = panel.tools.findChildren(QAbstractButton)
    assert len(buttons) == 15
    assert all(button.accessibleName() for button in buttons)
    one_of = set(panel.tools.tools.values())  # Tab reaches the one that holds, arrow keys the others
    assert [one.text() for one in buttons if not reached_by_keys(one) and one not in one_of] == []
    panel.tools.tools[RollTool.DRAW].setFocus()
    QTest.keyClick(panel.tools.tools[RollTool.DRAW], Qt.Key.Key_Right)
    assert panel.roll.tool is RollTool.SKETCH
    assert reached_by_keys(panel.roll)


def reached_by_keys(widget: QWidget) -> bool:
    return bool(widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value)


# -- the view -----------------------------------------------------------------------------------------


@pytest.fixture
def view(qtbot: QtBot, look: Look) -> RollView:
    """Return a shown view of a low loop."""
    view = RollView(look)
    qtbot.addWidget(view)
    view.resize(620, 300)
    view.set_loops(LOW, None)
    view.show()
    qtbot.waitExposed(view)
    return view


def color(view: RollView | PianoRoll, step: int, pitch: int) -> str:
    place = view.roll_geometry().cell_rect(step, pitch).center().toPoint()
    return view.grab().toImage().pixelColor(place).name()


def test_the_view_lights_the_note_that_sounds(view: RollView) -> None:
    resting = color(view, 10, 43)
    view.set_playhead(9.0)
    lit = color(view, 10, 43)
    assert lit != resting
    view.set_playhead(12.5)
    assert color(view, 10, 43) == resting
    view.set_silent(True)
    view.set_playhead(9.0)
    assert color(view, 10, 43) != lit


def test_swing_and_microtiming_delay_the_light(view: RollView) -> None:
    view.set_loops(MelodyLoop.from_notes([Note(9, 43, 100, 4.0, 0.2)]), None)
    resting = color(view, 11, 43)
    view.set_swing(0.6)
    view.set_playhead(9.3)
    assert color(view, 11, 43) == resting
    view.set_playhead(9.5)
    assert color(view, 11, 43) != resting


def test_what_comes_next_is_a_ghost(view: RollView) -> None:
    free = color(view, 20, 40)
    view.set_loops(LOW, loop_of((0, 36, 4.0), (8, 43, 4.0), (20, 40, 2.0)))
    ghost = color(view, 20, 40)
    assert ghost != free
    assert ghost < "#e8e8e8"
    view.set_loops(loop_of((0, 36, 4.0), (8, 43, 4.0), (20, 40, 2.0)), None)
    assert min(color(view, 20, 40), color(view, 1, 36)) > "#e8e8e8"


def test_the_view_widens_at_once_and_closes_in_late(view: RollView) -> None:
    first = view.pitch_view
    view.set_loops(loop_of((0, 37, 4.0)), None)
    assert view.pitch_view == first
    view.set_loops(HIGH, None)
    assert view.pitch_view.shows(HIGH.to_notes())
    view.set_loops(loop_of((0, 30, 4.0), (4, 90, 4.0)), None)
    wide = view.pitch_view
    assert wide.rows > 60
    view.set_loops(loop_of((0, 60, 4.0)), None)
    assert view.pitch_view.rows < 20
    view.set_loops(MelodyLoop.empty(), None)
    assert view.pitch_view.rows < 20


def test_the_view_is_heard_by_a_screen_reader(view: RollView) -> None:
    interface = QAccessible.queryAccessibleInterface(view)
    assert interface.text(QAccessible.Text.Name) == "What sounds now"
    assert interface.text(QAccessible.Text.Value) == "2 notes from C2 to G2, beginning C2, G2"
    assert describe_melody(MelodyLoop.empty()) == "no notes"
    assert interface.valueInterface().currentValue() == 2.0
