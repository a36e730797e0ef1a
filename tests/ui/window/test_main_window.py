"""The window as a musician uses it: real mouse and key events over a real controller."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QSlider, QWidget
from pytestqt.qtbot import QtBot

from blender_app.core.drums import DrumLoop
from blender_app.core.presets import PRESETS
from blender_app.core.smf import write_midi
from blender_app.engine import messages as m
from blender_app.session.controller import Controller
from blender_app.session.files import load_session, save_session
from blender_app.session.session import DrawnPath, PathMode, Session
from blender_app.ui.look.theme import HUE_SETS, Look
from blender_app.ui.palette.path_editor import polyline_length
from blender_app.ui.window.dialogs import HelpDialog, NoteMapDialog, PreferencesDialog
from blender_app.ui.window.main_window import MainWindow

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def press(
    window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """Press a key where the focus is."""
    QTest.keyClick(QApplication.focusWidget() or window, key, modifier)


def test_dragging_the_puck_changes_what_sounds_as_one_step(window: MainWindow, drag, qtbot: QtBot) -> None:
    palette, controller = window.parts.stage.palette_view, window.controller
    start = controller.document.session.front_track.puck
    points = [palette.point_of((0.2 + 0.04 * i, 0.6)).toPoint() for i in range(15)]
    drag(palette, points)
    assert controller.document.session.front_track.puck == pytest.approx((0.76, 0.6), abs=0.01)
    assert controller.document.undo_stack.count() == 1
    press(window, Qt.Key.Key_Z, CONTROL)
    assert controller.document.session.front_track.puck == start
    press(window, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert controller.document.session.front_track.puck == pytest.approx((0.76, 0.6), abs=0.01)


def test_number_keys_go_to_the_corners(window: MainWindow, qtbot: QtBot) -> None:
    controller = window.controller
    press(window, Qt.Key.Key_4)
    assert controller.document.session.front_track.puck == (1.0, 1.0)
    qtbot.waitUntil(
        lambda: controller.playback.sounding == controller.document.session.front_track.corners[3]
    )
    window.parts.editor.step_grid.setFocus()
    press(window, Qt.Key.Key_1)
    assert controller.document.session.front_track.puck == (0.0, 0.0)


def test_painting_changes_the_corner_and_its_neighbours(window: MainWindow, qtbot: QtBot) -> None:
    controller, grid = window.controller, window.parts.editor.step_grid
    QTest.mouseClick(window.parts.stage.cards[2], Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert window.edited.corner == 2
    before = controller.palettes.cells
    geometry = grid.geometry_of_steps()
    free = next(
        (s, v)
        for v in (4, 5, 6)
        for s in range(32)
        if not controller.document.session.front_track.corners[2].hits[s, v]
    )
    QTest.mouseClick(grid, Qt.MouseButton.LeftButton, pos=geometry.cell_rect(*free).center().toPoint())
    assert controller.document.session.front_track.corners[2].hits[free]
    qtbot.waitUntil(lambda: bool(controller.palettes.cells[-1][0].hits[free]))
    qtbot.waitUntil(
        lambda: controller.palettes.cells != before and bool(controller.palettes.cells[-2][0].hits[free])
    )
    assert not controller.palettes.cells[0][-1].hits[free]


def test_a_new_hit_is_heard_while_the_transport_stands(window: MainWindow, engine) -> None:
    window.parts.editor.step_grid.setFocus()
    window.parts.editor.step_grid.set_loop(DrumLoop.empty())
    window.controller.corners.clear(0)
    press(window, Qt.Key.Key_Space)
    assert [(one.note.voice, one.note.velocity) for one in engine.sent(m.Preview)] == [(0, 100)]
    assert not window.controller.playback.playing


def test_space_plays_and_stops_but_presses_a_focused_button(window: MainWindow, engine, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.controller.playback.playing)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not window.controller.playback.playing)
    mute = window.parts.sounding.rows.mutes[1]
    mute.setFocus()
    press(window, Qt.Key.Key_Space)
    assert window.controller.document.session.front_track.mix[1].mute
    assert len(engine.sent(m.Play)) == 1


def test_the_frame_timer_runs_only_while_playing(window: MainWindow, qtbot: QtBot) -> None:
    assert not window._frame_timer.isActive()
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(window._frame_timer.isActive)
    qtbot.waitUntil(lambda: window.parts.sounding.view._playhead.step is not None)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not window._frame_timer.isActive())
    assert window.parts.sounding.view._playhead.step is None


def test_drawing_a_path_plays_it(window: MainWindow, drag, qtbot: QtBot) -> None:
    palette, controller = window.parts.stage.palette_view, window.controller
    press(window, Qt.Key.Key_W)
    assert window.parts.stage.path_bar.draw_button.isChecked()
    around = [(0.5 + 0.4 * np.cos(a), 0.5 + 0.3 * np.sin(a)) for a in np.linspace(0, 5.5, 40)]
    drag(palette, [palette.point_of(place).toPoint() for place in around])
    path = controller.document.session.front_track.path
    assert path is not None
    assert path.playing
    assert 4 <= len(path.nodes) < 40
    assert polyline_length(path.nodes) == pytest.approx(polyline_length(around), rel=0.1)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: palette._path_playhead is not None)
    first = palette._path_playhead
    qtbot.waitUntil(lambda: palette._path_playhead != first)
    press(window, Qt.Key.Key_Z, CONTROL)
    assert controller.document.session.front_track.path is None
    assert palette.editor.nodes == ()


def test_a_node_moves_and_comes_back(window: MainWindow, drag) -> None:
    palette, controller = window.parts.stage.palette_view, window.controller
    nodes = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8))
    controller.place.set_path(DrawnPath(nodes, bars=4))
    press(window, Qt.Key.Key_W)
    steps = controller.document.undo_stack.count()
    drag(palette, [palette.point_of(place).toPoint() for place in ((0.8, 0.2), (0.7, 0.2), (0.6, 0.3))])
    assert controller.document.session.front_track.path.nodes[1] == pytest.approx((0.6, 0.3), abs=0.01)
    assert controller.document.undo_stack.count() == steps + 1
    press(window, Qt.Key.Key_Z, CONTROL)
    assert controller.document.session.front_track.path.nodes == nodes
    palette.setFocus()
    press(window, Qt.Key.Key_N)
    for _ in range(3):
        press(window, Qt.Key.Key_Delete)
    assert controller.document.session.front_track.path is None


def test_path_bar_sets_how_the_path_plays(window: MainWindow) -> None:
    bar, controller = window.parts.stage.path_bar, window.controller
    assert not bar.bars.isEnabled()
    controller.place.set_path(DrawnPath(((0.2, 0.2), (0.8, 0.2)), bars=4, closed=True))
    assert bar.bars.value() == 4
    bar.bars.setValue(16)
    QTest.mouseClick(bar.mode_buttons[PathMode.PING_PONG], Qt.MouseButton.LeftButton)
    QTest.mouseClick(bar.closed_button, Qt.MouseButton.LeftButton)
    path = controller.document.session.front_track.path
    assert (path.bars, path.mode, path.closed) == (16, PathMode.PING_PONG, False)
    QTest.mouseClick(bar.play_button, Qt.MouseButton.LeftButton)
    assert controller.document.session.front_track.path.playing
    QTest.mouseClick(bar.clear_button, Qt.MouseButton.LeftButton)
    assert controller.document.session.front_track.path is None
    assert not bar.clear_button.isEnabled()


def test_number_of_cells(window: MainWindow, qtbot: QtBot) -> None:
    window.parts.stage.path_bar.cells.setValue(5)
    qtbot.waitUntil(lambda: len(window.controller.palettes.cells) == 5)
    press(window, Qt.Key.Key_Plus, CONTROL)
    qtbot.waitUntil(lambda: len(window.controller.palettes.cells) == 7)
    assert window.parts.stage.path_bar.cells.value() == 7


def test_transport_bar_reaches_the_session(window: MainWindow, engine, qtbot: QtBot) -> None:
    bar, controller = window.parts.transport, window.controller
    bar.boxes["tempo_bpm"].setValue(93.5)
    bar.boxes["swing"].setValue(58)
    bar.boxes["groove_amount"].setValue(40)
    session = controller.document.session
    assert (session.tempo_bpm, session.swing, session.groove_amount) == (93.5, 0.58, 0.4)
    bar.change_at.setCurrentIndex(2)
    bar.change_at.activated.emit(2)
    assert controller.document.session.change_at is m.ChangeAt.BAR
    bar.port.setCurrentIndex(bar.port.findText("Sampler"))
    bar.port.activated.emit(bar.port.currentIndex())
    assert controller.document.session.midi.port == "Sampler"
    qtbot.waitUntil(lambda: window.parts.status.parts["midi"].text() == "midi: Sampler")
    controller.document.undo_stack.undo()
    assert bar.change_at.chosen() is m.ChangeAt.STEP


def test_escape_leaves_a_number_and_a_node_and_else_is_panic(window: MainWindow, engine) -> None:
    palette, controller = window.parts.stage.palette_view, window.controller
    window.parts.transport.boxes["tempo_bpm"].setFocus()
    press(window, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is palette
    controller.place.set_path(DrawnPath(((0.2, 0.2), (0.8, 0.2)), bars=4))
    press(window, Qt.Key.Key_W)
    press(window, Qt.Key.Key_N)
    assert palette.editor.selected == 0
    press(window, Qt.Key.Key_Escape)
    assert palette.editor.selected is None
    assert engine.sent(m.Panic) == []
    press(window, Qt.Key.Key_Escape)
    assert len(engine.sent(m.Panic)) == 1


def test_changing_to_drawing_ends_the_drag(window: MainWindow) -> None:
    palette, controller = window.parts.stage.palette_view, window.controller
    for place, send in (((0.2, 0.2), QTest.mousePress), ((0.4, 0.2), QTest.mouseMove)):
        point = palette.point_of(place).toPoint()
        if send is QTest.mouseMove:
            QTest.mouseMove(palette, point)
        else:
            QTest.mousePress(palette, Qt.MouseButton.LeftButton, pos=point)
    press(window, Qt.Key.Key_W)
    QTest.mouseRelease(palette, Qt.MouseButton.LeftButton, pos=palette.point_of((0.4, 0.2)).toPoint())
    controller.document.set_parameter("tempo_bpm", 90)
    controller.document.undo_stack.undo()
    assert controller.document.session.front_track.puck == pytest.approx(
        (0.4, 0.2), abs=0.01
    )  # two steps, not one


def test_dragging_the_number_of_bars_is_one_step(window: MainWindow, drag) -> None:
    bars, controller = window.parts.stage.path_bar.bars, window.controller
    controller.place.set_path(DrawnPath(((0.2, 0.2), (0.8, 0.2)), bars=4))
    steps = controller.document.undo_stack.count()
    start = bars.lineEdit().rect().center()
    drag(bars.lineEdit(), [start, *(start - QPoint(0, 10 * step) for step in range(1, 6))])
    assert controller.document.session.front_track.path.bars > 12
    assert controller.document.undo_stack.count() == steps + 1


def test_paste_is_offered_after_a_copy(window: MainWindow) -> None:
    paste = window.actions_by_name["paste_corner"]
    assert not paste.isEnabled()
    window.parts.stage.cards[1].copied.emit(1)
    assert paste.isEnabled()
    window.parts.stage.cards[2].pasted.emit(2)
    assert (
        window.controller.document.session.front_track.corners[2]
        == window.controller.document.session.front_track.corners[1]
    )


def test_undo_names_what_it_undoes(window: MainWindow) -> None:
    undo = window.actions_by_name["undo"]
    assert not undo.isEnabled()
    window.controller.corners.use_preset(1, PRESETS[3])
    assert undo.isEnabled()
    assert undo.text().startswith("Undo preset")
    undo.trigger()
    assert window.actions_by_name["redo"].isEnabled()


def test_mute_shows_in_the_pattern_and_undoes(window: MainWindow) -> None:
    QTest.mouseClick(window.parts.sounding.rows.solos[0], Qt.MouseButton.LeftButton)
    assert window.controller.document.session.front_track.mix[0].solo
    assert window.parts.sounding.view._silent == frozenset(range(1, 9))
    press(window, Qt.Key.Key_Z, CONTROL)
    assert not window.parts.sounding.rows.solos[0].isChecked()
    assert window.parts.sounding.view._silent == frozenset()


def test_dice_and_vary_by_key(window: MainWindow, qtbot: QtBot) -> None:
    controller = window.controller
    before = controller.document.session.front_track.corners
    press(window, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: controller.document.session.front_track.corners[0] != before[0])
    diced = controller.document.session.front_track.corners[0]
    QTest.mouseClick(window.parts.stage.cards[3].vary_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: controller.document.session.front_track.corners[3] != before[3])
    assert controller.document.session.front_track.corners[0] == diced
    assert controller.document.session.front_track.corners[1:3] == before[1:3]


def test_keys_on_a_corner_are_for_that_corner(window: MainWindow, qtbot: QtBot) -> None:
    controller = window.controller
    before = controller.document.session.front_track.corners
    window.parts.stage.cards[2].setFocus()
    press(window, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: controller.document.session.front_track.corners[2] != before[2])
    press(window, Qt.Key.Key_Return)
    assert window.edited.corner == 2
    assert controller.document.session.front_track.corners[0] == before[0]


def test_dragging_the_tempo_and_a_volume_is_one_step_each(window: MainWindow, drag) -> None:
    controller, line = window.controller, window.parts.transport.boxes["tempo_bpm"].lineEdit()
    start = line.rect().center()
    drag(line, [start, *(start - QPoint(0, 10 * step) for step in range(1, 6))])
    assert controller.document.session.tempo_bpm > 120
    assert controller.document.undo_stack.count() == 1
    slider = window.parts.sounding.rows.volumes[0]
    right, left = QPoint(slider.width() - 6, slider.height() // 2), QPoint(8, slider.height() // 2)
    drag(slider, [right, QPoint(slider.width() // 2, left.y()), left])
    assert controller.document.session.front_track.mix[0].volume < 0.3
    assert controller.document.undo_stack.count() == 2
    controller.document.undo_stack.undo()
    assert slider.value() == 100


def test_return_in_a_number_goes_back_to_the_palette(window: MainWindow) -> None:
    tempo = window.parts.transport.boxes["tempo_bpm"]
    QTest.mouseClick(tempo.lineEdit(), Qt.MouseButton.LeftButton)
    QTest.keyClicks(tempo.lineEdit(), "87.5")
    press(window, Qt.Key.Key_Return)
    assert window.controller.document.session.tempo_bpm == 87.5
    assert QApplication.focusWidget() is window.parts.stage.palette_view


def test_copy_paste_clear_with_a_way_back(window: MainWindow) -> None:
    controller = window.controller
    first = controller.document.session.front_track.corners[0]
    press(window, Qt.Key.Key_C, CONTROL)
    window.edited.edit_corner(3)
    press(window, Qt.Key.Key_V, CONTROL)
    assert controller.document.session.front_track.corners[3] == first
    press(window, Qt.Key.Key_Backspace, CONTROL)
    assert controller.document.session.front_track.corners[3].hit_count == 0
    QTest.mouseClick(window.banner.button, Qt.MouseButton.LeftButton)
    assert controller.document.session.front_track.corners[3] == first


def test_preset_from_the_editor(window: MainWindow) -> None:
    window.edited.edit_corner(1)
    window.parts.editor.presets_menu.aboutToShow.emit()
    window.parts.editor.presets_menu.actions()[5].trigger()
    assert window.controller.document.session.front_track.corners[1] == PRESETS[5].loop
    assert PRESETS[5].name in window.parts.editor.title.text()


def drop(card: QWidget, path: Path) -> bool:
    """Drop a file on a widget; return whether it was taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), copy, data, Qt.MouseButton.LeftButton, none)
    enter.ignore()
    QApplication.sendEvent(card, enter)
    if enter.isAccepted():
        QApplication.sendEvent(card, QDropEvent(QPointF(9, 9), copy, data, Qt.MouseButton.LeftButton, none))
    return enter.isAccepted()


def test_dropping_a_midi_file_imports_it(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "groove.mid"
    write_midi(path, PRESETS[7].loop)
    assert drop(window.parts.stage.cards[2], path)
    corner = window.controller.document.session.front_track.corners[2]
    assert (corner.hits == PRESETS[7].loop.hits).all()
    assert window.controller.document.session.front_track.corner_names[2] == "groove"
    assert not drop(window.parts.stage.cards[2], tmp_path / "photo.png")


def test_a_broken_midi_file_is_told_and_changes_nothing(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "broken.mid"
    path.write_bytes(b"MThd not really")
    before = window.controller.document.session
    drop(window.parts.stage.cards[1], path)
    assert "broken.mid" in window.banner.text
    assert window.controller.document.session == before


def test_saving_and_opening_by_dialog(window: MainWindow, tmp_path: Path) -> None:
    window.controller.document.set_parameter("tempo_bpm", 77)
    assert window.isWindowModified()
    press(window, Qt.Key.Key_S, CONTROL)
    target = tmp_path / "evening.blend.json"
    window.files.dialog.fileSelected.emit(str(target))
    window.files.dialog.close()
    assert target.is_file()
    assert not window.isWindowModified()
    assert window.windowTitle().startswith("evening")
    window.controller.document.set_parameter("tempo_bpm", 120)
    window.files.open_path(str(target))
    window.files.question.button(window.files.question.StandardButton.Discard).click()
    assert window.controller.document.session.tempo_bpm == 77
    window.files.fill_recent(window.parts.transport.recent_menu)
    assert window.parts.transport.recent_menu.actions()[0].text() == "evening.blend.json"


def test_export_of_the_grid(window: MainWindow, tmp_path: Path) -> None:
    window.actions_by_name["export_grid"].trigger()
    window.files.dialog.fileSelected.emit(str(tmp_path / "all.mid"))
    window.files.dialog.close()
    assert (tmp_path / "all.mid").stat().st_size > 1000
    assert "all.mid" in window.banner.text


def test_dropping_a_session_opens_it(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "fast.blend.json"
    save_session(path, Session(tempo_bpm=171.0))
    assert drop(window, path)
    assert window.controller.document.session.tempo_bpm == 171.0
    assert window.windowTitle().startswith("fast")
    assert not drop(window, tmp_path / "song.mp3")


def test_a_new_session_after_saving_the_old_one(window: MainWindow, tmp_path: Path) -> None:
    window.controller.document.set_parameter("tempo_bpm", 66)
    window.actions_by_name["new"].trigger()
    question = window.files.question
    question.button(question.StandardButton.Save).click()
    window.files.dialog.fileSelected.emit(str(tmp_path / "old.blend.json"))
    window.files.dialog.close()
    assert load_session(tmp_path / "old.blend.json").tempo_bpm == 66
    assert window.controller.document.session.tempo_bpm == Session().tempo_bpm
    assert window.windowTitle().startswith("Untitled")


def test_import_and_font_by_dialog(window: MainWindow, engine, tmp_path: Path) -> None:
    path = tmp_path / "fill.mid"
    write_midi(path, PRESETS[2].loop)
    window.edited.edit_corner(1)
    press(window, Qt.Key.Key_I, CONTROL)
    window.files.dialog.fileSelected.emit(str(path))
    window.files.dialog.close()
    assert window.controller.document.session.front_track.corner_names[1] == "fill"
    window.actions_by_name["preferences"].trigger()
    dialog = window.dialogs.opened[PreferencesDialog]
    dialog.fontAsked.emit()
    window.files.dialog.fileSelected.emit(str(tmp_path / "my.sf2"))
    window.files.dialog.close()
    assert engine.sent(m.LoadFont)[-1].path == tmp_path / "my.sf2"
    assert dialog.font_label.text() == "my.sf2"
    dialog.audio.click()
    assert engine.sent(m.SetAudio)[-1].enabled is False
    dialog.close()


def test_parts_of_the_status_line_tell_more(window: MainWindow, engine, qtbot: QtBot) -> None:
    QTest.mouseClick(window.parts.status.parts["late"], Qt.MouseButton.LeftButton)
    assert "late" in window.banner.text
    QTest.mouseClick(window.parts.status.parts["midi"], Qt.MouseButton.LeftButton)
    assert NoteMapDialog in window.dialogs.opened
    engine.events.append(m.AudioChanged(None, None, (), "Plug something in."))
    qtbot.waitUntil(lambda: window.banner.text == "Plug something in.")
    window.banner.close_button.click()
    QTest.mouseClick(window.parts.status.parts["audio"], Qt.MouseButton.LeftButton)
    assert window.banner.text == "Plug something in."


def test_full_screen_and_menu(window: MainWindow, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_F11)
    assert window.isFullScreen()
    press(window, Qt.Key.Key_F11)
    assert not window.isFullScreen()
    press(window, Qt.Key.Key_F10)
    qtbot.waitUntil(window.parts.transport.menu.isVisible)
    titles = [action.text() for action in window.parts.transport.menu.actions()]
    assert titles == ["File", "Edit", "Play", "Track", "Palette", "Window"]
    window.parts.transport.menu.close()


def test_a_corner_is_edited_by_key(window: MainWindow) -> None:
    press(window, Qt.Key.Key_F4, SHIFT)
    assert window.edited.corner == 3
    assert QApplication.focusWidget() is window.parts.editor.step_grid


def test_closing_with_unsaved_work_asks(window: MainWindow, tmp_path: Path) -> None:
    window._asks = True
    window.controller.document.set_parameter("tempo_bpm", 99)
    window.close()
    question = window.files.question
    assert window.isVisible()
    question.button(question.StandardButton.Cancel).click()
    assert window.isVisible()
    window.close()
    question = window.files.question
    question.button(question.StandardButton.Discard).click()
    assert not window.isVisible()


def test_theme_hues_and_text_size_change_at_once_and_are_remembered(window: MainWindow, look: Look) -> None:
    dark = window.grab().toImage()
    press(window, Qt.Key.Key_L, CONTROL)
    assert look.theme.name == "light"
    light = window.grab().toImage()
    assert light.pixelColor(3, 60).lightness() > 200 > 60 > dark.pixelColor(3, 60).lightness()
    window.actions_by_name["preferences"].trigger()
    dialog = window.dialogs.opened[PreferencesDialog]
    dialog.hues.setCurrentIndex(1)
    dialog.hues.activated.emit(1)
    dialog.text_size.setValue(150)
    settings = window.controller.settings
    assert (settings.theme, settings.palette_colours) == ("light", HUE_SETS[1].name)
    assert settings.value("window/text_size") == "1.50"
    dialog.close()


def test_note_map_dialog(window: MainWindow, engine) -> None:
    press(window, Qt.Key.Key_M, CONTROL)
    dialog = window.dialogs.opened[NoteMapDialog]
    dialog.channel.setValue(3)
    dialog.latency.setValue(25)
    assert window.controller.document.session.midi.latency_s == 0.025
    dialog.notes[0].setValue(60)
    drums = window.controller.document.session.front_track
    assert drums.channel == 2
    assert drums.note_map[0] == 60
    window.controller.document.undo_stack.undo()
    assert dialog.notes[0].value() == 36
    dialog.close()
    assert NoteMapDialog not in window.dialogs.opened


def test_help_lists_the_keys(window: MainWindow) -> None:
    press(window, Qt.Key.Key_F1)
    dialog = window.dialogs.opened[HelpDialog]
    cells = [dialog.table.item(row, 1).text() for row in range(dialog.table.rowCount())]
    assert "Space" in cells
    dialog.close()


def test_a_corner_that_the_model_cannot_hold_shows_a_meter(window: MainWindow) -> None:
    cards = window.parts.stage.cards
    assert [card.accessible_number()[0] for card in cards] == [1.0, 0.9, 1.0, 1.0]
    assert "90%" in cards[1].toolTip()


def test_missing_sound_is_said_once_and_does_not_block(window: MainWindow, engine, qtbot: QtBot) -> None:
    engine.events.append(m.AudioChanged(None, None, (), "There is no audio device here."))
    qtbot.waitUntil(lambda: window.banner.text == "There is no audio device here.")
    assert window.parts.status.parts["audio"].text() == "audio: no sound"
    window.banner.hide()
    engine.events.append(m.Stats(0, 0.0, 0.1))
    qtbot.waitUntil(lambda: "10%" in window.parts.status.parts["cpu"].text())
    assert window.banner.text == ""
    press(window, Qt.Key.Key_Right)
    assert window.controller.document.session.front_track.puck[0] > 0.5


@pytest.mark.parametrize(("width", "height"), [(900, 600), (1280, 800), (3840, 2160)])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_nothing_is_cut_off(window: MainWindow, look: Look, width: int, height: int, scale: float) -> None:
    look.set_text_scale(scale)
    window.resize(width, height)
    for _ in range(2):  # the strip may change its place, which lays out the rest again
        QApplication.processEvents()
    assert (window.width(), window.height()) == (width, height)
    for kind in (QAbstractButton, QComboBox, QSlider):
        for widget in window.centralWidget().findChildren(kind):
            if not widget.isVisible() or widget.objectName().startswith("qt_"):
                continue
            parent = widget.parentWidget()
            assert parent.rect().contains(widget.geometry()), (widget.accessibleName(), widget.geometry())
    palette = window.parts.stage.palette_view
    assert min(palette.width(), palette.height()) >= 200
    assert window.parts.stage.rect().contains(palette.geometry())
    assert palette.field_rect().width() > 0.9 * min(palette.width(), palette.height())


def test_every_control_has_a_name_and_a_place_in_the_tab_order(window: MainWindow) -> None:
    for widget in window.centralWidget().findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            interface = QAccessible.queryAccessibleInterface(widget)
            name = interface.text(QAccessible.Text.Name)
            assert name, widget
    seen = set()
    for _ in range(300):
        seen.add(QApplication.focusWidget())
        press(window, Qt.Key.Key_Tab)
    for widget in (
        window.parts.stage.palette_view,
        window.parts.editor.step_grid,
        window.parts.transport.boxes["tempo_bpm"],
        *window.parts.stage.cards,
    ):
        assert widget in seen


def test_the_status_line_says_what_the_keys_do(window: MainWindow, qtbot: QtBot) -> None:
    assert "move the puck" in window.parts.status.hint.text()
    press(window, Qt.Key.Key_W)
    assert "drag draws" in window.parts.status.hint.text()
    window.parts.editor.step_grid.setFocus()
    assert "velocity" in window.parts.status.hint.text()
    height = window.parts.status.height()
    for width in (1000, 800, 700):
        window.resize(width, 600)
        qtbot.waitUntil(lambda: window.parts.status.height() == height)  # what has no room is not said
    assert window.parts.status.hint.text() == ""


def test_size_and_division_are_remembered(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(760, 640)
    QApplication.processEvents()
    window.parts.splitter.setSizes([500, 500])
    sizes = window.parts.splitter.sizes()
    window.close()
    other = MainWindow(window.controller, window.look, asks_before_closing=False)
    qtbot.addWidget(other)
    other.show()
    assert (other.width(), other.height()) == (760, 640)
    assert other.parts.splitter.sizes() == pytest.approx(sizes, abs=3)
    other.close()


def test_controller_is_not_needed_after_the_window(window: MainWindow, controller: Controller) -> None:
    window.close()
    controller.document.set_parameter("tempo_bpm", 140)
    assert controller.document.session.tempo_bpm == 140
