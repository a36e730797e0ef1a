"""The band in the window: real mouse and key events over a real controller."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QSlider, QWidget
from pytestqt.qtbot import QtBot

from blender_app.core.melody import MelodyLoop
from blender_app.core.melody_presets import BASS_PRESETS
from blender_app.core.scales import Key, Mode
from blender_app.engine import messages as m
from blender_app.session.session import Clip, DrawnPath, PuckCoupling, Source, TrackKind
from blender_app.ui.controls.actions import SPECS
from blender_app.ui.look.theme import Look
from blender_app.ui.palette.mini_palette import MiniPalette
from blender_app.ui.palette.view import PaletteView
from blender_app.ui.roll.piano_roll import PianoRoll
from blender_app.ui.roll.view import RollView
from blender_app.ui.tracks.lane import TrackLane
from blender_app.ui.window.dialogs import HelpDialog, NoteMapDialog
from blender_app.ui.window.main_window import MainWindow

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


def press(
    window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """Press a key where the focus is."""
    QTest.keyClick(QApplication.focusWidget() or window, key, modifier)


def test_the_band_is_in_sight(window: MainWindow) -> None:
    tiles = window.parts.strip.in_order()
    assert [tile.track_name for tile in tiles] == ["drums", "bass", "melody"]
    for tile in tiles:
        assert tile.mini._cells
        assert tile.lane._loop == window.controller.playback.sounding_of(tile.track_name)
    assert window.parts.sounding.title.text() == "drums"


def test_a_click_brings_a_track_to_the_front(window: MainWindow) -> None:
    controller = window.controller
    QTest.mouseClick(window.parts.strip.tiles["bass"].name_button, LEFT)
    assert controller.document.session.front == "bass"
    bass = controller.document.session.track("bass")
    assert window.parts.sounding.title.text() == "bass"
    assert window.parts.sounding.stack.currentWidget() is window.parts.sounding._melody
    assert window.parts.editor_stack.currentWidget() is window.roll.panel
    assert [card._loop for card in window.parts.stage.cards] == list(bass.corners)
    assert isinstance(window.parts.stage.palette_view._cells[0][0], MelodyLoop)
    assert window.parts.sounding.roll._loop == controller.playback.sounding_of("bass")
    QTest.mouseClick(window.parts.strip.tiles["drums"], LEFT, pos=QPoint(3, 3))
    assert window.parts.editor_stack.currentWidget() is window.parts.editor
    assert controller.document.undo_stack.count() == 0  # looking at a track is no edit


def test_tracks_by_key(window: MainWindow) -> None:
    session = window.controller
    press(window, Qt.Key.Key_3, CONTROL)
    assert session.document.session.front == "melody"
    press(window, Qt.Key.Key_PageDown, CONTROL)
    assert session.document.session.front == "drums"
    press(window, Qt.Key.Key_PageUp, CONTROL)
    assert session.document.session.front == "melody"
    press(window, Qt.Key.Key_6, CONTROL)
    assert session.document.session.front == "melody"  # there is no sixth
    press(window, Qt.Key.Key_M)
    press(window, Qt.Key.Key_S)
    assert (session.document.session.track("melody").mute, session.document.session.track("melody").solo) == (
        True,
        True,
    )
    assert window.parts.strip.tiles["melody"].mute.isChecked()


def test_no_key_is_taken_twice() -> None:
    keys = [key for spec in SPECS for key in spec.keys]
    assert sorted(keys) == sorted(set(keys))


def test_dragging_a_small_puck_is_one_step_and_changes_what_sounds(
    window: MainWindow, drag, qtbot: QtBot
) -> None:
    controller, mini = window.controller, window.parts.strip.tiles["melody"].mini
    places = ((0.5, 0.5), (0.7, 0.4), (1.0, 0.0))
    drag(mini, [mini.point_of(place).toPoint() for place in places])
    assert controller.document.session.front == "drums"
    assert controller.document.session.track("melody").puck == pytest.approx((1.0, 0.0), abs=0.03)
    assert controller.document.undo_stack.count() == 1
    corner = controller.document.session.track("melody").corners[1]
    controller.place.move_puck(1.0, 0.0, "melody")
    qtbot.waitUntil(lambda: controller.playback.sounding_of("melody") == corner)
    qtbot.waitUntil(lambda: window.parts.strip.tiles["melody"].lane._loop == corner)


def test_linked_pucks_move_in_the_window(window: MainWindow) -> None:
    controller = window.controller
    QTest.mouseClick(window.parts.strip.coupling.buttons[2], LEFT)
    assert controller.document.session.coupling is PuckCoupling.MIRRORED
    window.parts.stage.palette_view.setFocus()
    press(window, Qt.Key.Key_1)
    assert controller.document.session.track("bass").puck == (1.0, 1.0)
    assert window.parts.strip.tiles["bass"].mini._puck == (1.0, 1.0)
    assert window.parts.strip.tiles["drums"].mini._puck == (0.0, 0.0)
    steps = controller.document.undo_stack.count()
    controller.document.undo_stack.undo()
    assert controller.document.undo_stack.index() == steps - 1
    assert window.parts.strip.tiles["bass"].mini._puck == (0.5, 0.5)
    press(window, Qt.Key.Key_L)
    assert controller.document.session.coupling is PuckCoupling.FREE
    assert window.parts.strip.coupling.buttons[0].isChecked()


def test_tracks_are_added_and_removed_with_a_way_back(window: MainWindow) -> None:
    controller, actions = window.controller, window.actions_by_name
    actions["add_bass"].trigger()
    assert controller.document.session.front == "bass 2"
    assert [tile.track_name for tile in window.parts.strip.in_order()] == [
        "drums",
        "bass",
        "bass 2",
        "melody",
    ]
    assert not actions["add_bass"].isEnabled()
    assert window.parts.sounding.title.text() == "bass 2"
    actions["remove_track"].trigger()
    assert "bass 2" not in window.parts.strip.tiles
    assert actions["add_bass"].isEnabled()
    QTest.mouseClick(window.banner.button, LEFT)
    assert "bass 2" in window.parts.strip.tiles
    for _ in range(3):
        actions["remove_track"].trigger()
    assert len(controller.document.session.tracks) == 1
    assert not actions["remove_track"].isEnabled()


def test_the_way_back_is_offered_until_something_else_is_done(window: MainWindow) -> None:
    controller, banner = window.controller, window.banner
    window.actions_by_name["add_bass"].trigger()
    window.actions_by_name["remove_track"].trigger()
    assert banner.text == "bass 2 left the band."
    press(window, Qt.Key.Key_Z, CONTROL)
    assert "bass 2" in window.parts.strip.tiles
    assert banner.text == ""  # a click would have taken back what was done before
    window.actions_by_name["remove_track"].trigger()
    banner.show_message("info", "Something else.")
    controller.document.set_parameter("tempo_bpm", 99.0)
    assert banner.text == "Something else."


def test_the_settings_of_another_kind_open_wholly_over_its_tile(window: MainWindow) -> None:
    for name in ("drums", "bass", "drums", "melody"):
        window.tracks.show_settings(name)
        panel, tile = window.tracks.panel, window.parts.strip.tiles[name]
        for _ in range(3):
            QApplication.processEvents()
        assert panel.y() + panel.height() <= tile.mapToGlobal(QPoint(0, 0)).y()
        panel.hide()


def test_the_sound_is_chosen_by_name(window: MainWindow, engine, qtbot: QtBot) -> None:
    controller = window.controller
    tile = window.parts.strip.tiles["bass"]
    qtbot.waitUntil(lambda: tile.sound.findText("Synth Bass") >= 0)
    index = tile.sound.findText("Synth Bass")
    tile.sound.setCurrentIndex(index)
    tile.sound.activated.emit(index)
    assert controller.document.session.track("bass").sound == (0, 38)
    settings = [one.settings for one in engine.sent(m.SetTrack) if one.settings.track == "bass"]
    assert (settings[-1].bank, settings[-1].program) == (0, 38)
    drums = window.parts.strip.tiles["drums"].sound
    assert [drums.itemText(place) for place in range(drums.count())] == ["Standard", "Room", "TR-808"]


def test_settings_of_a_track_reach_the_session_and_undo(window: MainWindow, qtbot: QtBot) -> None:
    controller, panel = window.controller, window.tracks.panel
    QTest.mouseClick(window.parts.strip.tiles["bass"].settings, LEFT)
    assert panel.isVisible()
    assert panel.title.text() == "bass"
    panel.knobs.boxes["octave"].setValue(1)
    panel.knobs.boxes["gate"].setValue(50)
    panel.knobs.boxes["legato"].setValue(30)
    panel.knobs.boxes["pan"].setValue(-40)
    panel.knobs.boxes["reverb"].setValue(60)
    panel.channel.setValue(7)
    panel.port.setCurrentIndex(panel.port.findText("Sampler"))
    panel.port.activated.emit(panel.port.currentIndex())
    bass = controller.document.session.track("bass")
    assert (bass.octave, bass.gate, bass.legato, bass.pan, bass.reverb) == (1, 0.5, 0.3, -0.4, 0.6)
    assert (bass.channel, bass.port) == (6, "Sampler")
    controller.document.undo_stack.undo()
    assert panel.channel.value() == controller.document.session.track("bass").channel + 1 != 7
    QTest.mouseClick(panel.remove_button, LEFT)
    assert "bass" not in controller.document.session.track_names
    assert not panel.isVisible()


def test_notes_of_drums_from_their_settings(window: MainWindow) -> None:
    window.controller.tracks.set_front("melody")
    window.tracks.show_settings("drums")
    QTest.mouseClick(window.tracks.panel.notes_button, LEFT)
    dialog = window.dialogs.opened[NoteMapDialog]
    dialog.notes[0].setValue(41)
    assert window.controller.document.session.track("drums").note_map[0] == 41
    dialog.close()
    press(window, Qt.Key.Key_M, CONTROL)
    dialog = window.dialogs.opened[NoteMapDialog]
    assert dialog.track_name == "melody"
    assert dialog.notes == []
    dialog.close()


def test_knobs_beside_what_sounds_are_those_of_the_front(window: MainWindow) -> None:
    window.controller.tracks.set_front("melody")
    window.parts.sounding.knobs.boxes["gate"].setValue(40)
    assert window.controller.document.session.track("melody").gate == 0.4
    window.controller.document.undo_stack.undo()
    assert window.parts.sounding.knobs.boxes["gate"].value() == 100


def test_the_key_of_the_band(window: MainWindow, qtbot: QtBot) -> None:
    controller, bar = window.controller, window.parts.strip.scale
    index = bar.tonic._values.index(9)
    bar.tonic.setCurrentIndex(index)
    bar.tonic.activated.emit(index)
    assert controller.document.session.scale == Key(9, Mode.MINOR)
    assert not bar.lock.isEnabled()  # drums have no key
    window.controller.tracks.set_front("bass")
    assert bar.lock.isChecked()
    press(window, Qt.Key.Key_K)
    assert not controller.document.session.track("bass").scale_lock
    assert not bar.lock.isChecked()
    QTest.mouseClick(bar.lock, LEFT)
    assert controller.document.session.track("bass").scale_lock
    controller.document.undo_stack.undo()
    controller.document.undo_stack.undo()
    controller.document.undo_stack.undo()
    assert controller.document.session.scale is None
    assert bar.tonic.currentText() == "no key"


@pytest.mark.parametrize("mixes", [False, True])
def test_after_chords_were_written_keys_are_for_the_window_again(window: MainWindow, mixes: bool) -> None:
    controller, chords = window.controller, window.parts.strip.scale.chords
    controller.tracks.set_front("bass")
    controller.morph.set_source(Source.MORPH if mixes else Source.PALETTE)
    controller.band.set_key(Key(9, Mode.MINOR))
    chords.setFocus()
    QTest.keyClicks(chords, "Am Q")
    QTest.keyClick(chords, Qt.Key.Key_Return)
    assert chords.hasFocus()  # there is something to mend
    QTest.keyClick(chords, Qt.Key.Key_Backspace)
    QTest.keyClick(chords, Qt.Key.Key_F)
    QTest.keyClick(chords, Qt.Key.Key_Return)
    assert controller.document.session.scale is not None
    assert [chord.name for chord in controller.document.session.scale.chords] == ["Am", "F"]
    assert QApplication.focusWidget() is (
        window.morph.panel.view if mixes else window.parts.stage.palette_view
    )
    press(window, Qt.Key.Key_Z, CONTROL)
    assert controller.document.session.scale.chords == ()


def test_a_melodic_corner_is_edited(window: MainWindow, qtbot: QtBot) -> None:
    controller = window.controller
    controller.tracks.set_front("bass")
    window.parts.stage.cards[2].selected.emit(2)
    loop = MelodyLoop.from_events([40, *[-2] * 31])
    window.roll.panel.roll.loopEdited.emit(loop, "Draw note", "")
    assert controller.document.session.track("bass").corners[2] == loop
    assert controller.document.session.track("bass").user_edited[2]
    assert window.parts.stage.cards[2]._loop == loop
    qtbot.waitUntil(lambda: controller.palettes.cells_of("bass")[-1][0] == loop)
    window.roll.panel.presetChosen.emit(BASS_PRESETS[3])
    assert controller.document.session.track("bass").corner_names[2] == BASS_PRESETS[3].name
    controller.document.undo_stack.undo()
    assert window.parts.stage.cards[2]._loop == loop


def test_cards_offer_the_presets_of_their_track(window: MainWindow) -> None:
    window.controller.tracks.set_front("bass")
    card = window.parts.stage.cards[1]
    card.menu.aboutToShow.emit()
    names = [action.text() for action in card.presets_menu.actions()]
    assert names == [preset.name for preset in BASS_PRESETS]
    card.presets_menu.actions()[4].trigger()
    assert window.controller.document.session.track("bass").corners[1] == BASS_PRESETS[4].loop


def test_dice_and_vary_in_front(window: MainWindow, qtbot: QtBot) -> None:
    controller = window.controller
    controller.tracks.set_front("melody")
    before = controller.document.session.track("melody").corners
    window.parts.stage.palette_view.setFocus()
    press(window, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: controller.document.session.track("melody").corners[0] != before[0])
    press(window, Qt.Key.Key_V)
    diced = controller.document.session.track("melody").corners[0]
    qtbot.waitUntil(lambda: controller.document.session.track("melody").corners[0] != diced)


def test_a_clip_dropped_on_a_card_must_fit(window: MainWindow) -> None:
    clip = Clip("Line", TrackKind.BASS, BASS_PRESETS[5].loop)
    window.parts.stage.cards[1].clipDropped.emit(1, clip)
    assert window.controller.document.session.track("drums").corner_names[1] != "Line"
    window.controller.tracks.set_front("melody")
    window.parts.stage.cards[1].clipDropped.emit(1, clip)
    assert window.controller.document.session.track("melody").corners[1] == clip.loop


def test_playheads_and_path_playheads_of_all_tracks_move(window: MainWindow, qtbot: QtBot) -> None:
    controller = window.controller
    controller.place.set_path(DrawnPath(((0.1, 0.1), (0.9, 0.9)), bars=4, playing=True), track="bass")
    controller.tracks.set_front("melody")
    press(window, Qt.Key.Key_Space)
    lanes = [tile.lane for tile in window.parts.strip.in_order()]
    qtbot.waitUntil(lambda: all(lane._playhead.step is not None for lane in lanes))
    mini = window.parts.strip.tiles["bass"].mini
    first = mini._path_playhead
    assert first is not None
    qtbot.waitUntil(lambda: mini._path_playhead != first)
    assert window.parts.stage.palette_view._path_playhead is None
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: all(lane._playhead.step is None for lane in lanes))


def test_count_in_and_metronome(window: MainWindow, engine, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_C)
    assert engine.sent(m.SetMetronome)[-1].enabled
    assert window.parts.transport.metronome_button.isChecked()
    press(window, Qt.Key.Key_C, SHIFT)
    press(window, Qt.Key.Key_Space)
    assert engine.sent(m.Play)[-1].count_in_bars == 1
    qtbot.waitUntil(lambda: window.controller.playback.playing)
    press(window, Qt.Key.Key_Space)
    assert len(engine.sent(m.Play)) == 1
    assert len(engine.sent(m.Stop)) == 1


def test_the_input_is_chosen_remembered_and_sounds_on_the_front(
    window: MainWindow, engine, qtbot: QtBot
) -> None:
    box = window.parts.transport.input
    qtbot.waitUntil(lambda: box.findText("Keys") >= 0)
    box.setCurrentIndex(box.findText("Keys"))
    box.activated.emit(box.currentIndex())
    qtbot.waitUntil(lambda: window.controller.devices.input == "Keys")
    assert window.controller.settings.value("midi/input") == "Keys"
    window.controller.tracks.set_front("bass")
    assert engine.sent(m.SetThru)[-1].track == "bass"


def test_export_of_the_band(window: MainWindow, tmp_path: Path) -> None:
    press(window, Qt.Key.Key_B, CONTROL)
    window.files.dialog.fileSelected.emit(str(tmp_path / "band.mid"))
    window.files.dialog.close()
    assert (tmp_path / "band.mid").read_bytes().count(b"MTrk") >= 4  # tempo, drums, bass, melody


def test_the_morph_takes_the_place_of_the_palette(window: MainWindow, qtbot: QtBot) -> None:
    controller = window.controller
    controller.tracks.set_front("bass")
    press(window, Qt.Key.Key_X)
    assert controller.document.session.track("bass").source is Source.MORPH
    assert window.parts.stage_stack.currentWidget() is window.morph.panel
    assert QApplication.focusWidget() is window.morph.panel.view
    qtbot.waitUntil(lambda: window.parts.strip.tiles["bass"].mini.is_row)
    assert window.parts.sounding.source.buttons[1].isChecked()
    QTest.mouseClick(window.parts.sounding.source.buttons[0], LEFT)
    assert window.parts.stage_stack.currentWidget() is window.parts.stage
    assert not window.actions_by_name["use_morph"].isChecked()
    qtbot.waitUntil(lambda: not window.parts.strip.tiles["bass"].mini.is_row)
    window.controller.document.undo_stack.undo()
    assert window.parts.stage_stack.currentWidget() is window.morph.panel


def test_help_lists_the_keys_of_the_band(window: MainWindow) -> None:
    press(window, Qt.Key.Key_F1)
    dialog = window.dialogs.opened[HelpDialog]
    rows = [
        [dialog.table.item(row, col).text() for col in range(3)] for row in range(dialog.table.rowCount())
    ]
    keys = {row[1] for row in rows}
    assert {"Ctrl+1", "Ctrl+PgDown", "M", "S", "X", "L", "K", "C", "Ctrl+T", "Ctrl+B"} <= keys
    assert {"On a track", "In the morph", "In the clip library", "In the piano roll"} <= {
        row[0] for row in rows
    }
    dialog.close()


def test_opening_a_session_shows_its_band(window: MainWindow, tmp_path: Path) -> None:
    controller = window.controller
    controller.tracks.add(TrackKind.MELODY)
    controller.tracks.remove("bass")
    controller.files.save(tmp_path / "trio.blend.json")
    controller.files.new()
    assert [tile.track_name for tile in window.parts.strip.in_order()] == ["drums", "bass", "melody"]
    controller.files.open(tmp_path / "trio.blend.json")
    assert [tile.track_name for tile in window.parts.strip.in_order()] == ["drums", "melody", "melody 2"]
    assert window.parts.sounding.title.text() == controller.document.session.front == "melody 2"


def test_a_message_does_not_cover_the_band(window: MainWindow) -> None:
    window.banner.show_message("info", "Look at this.")
    top = window.parts.strip.mapTo(window.banner.parentWidget(), QPoint(0, 0)).y()
    assert window.banner.geometry().bottom() < top


def test_a_corner_is_shown_as_the_key_lets_it_sound(window: MainWindow, qtbot: QtBot) -> None:
    controller, card = window.controller, window.parts.stage.cards[1]
    controller.tracks.set_front("melody")
    assert not card.user_edited_action.isVisible()
    raw = controller.document.session.track("melody").corners[1]
    before = controller.palettes.cells[0][-1]
    controller.band.set_key(Key(6, Mode.MAJOR))  # far from what the presets are in
    qtbot.waitUntil(lambda: controller.palettes.cells[0][-1] != before)
    assert card._loop == controller.palettes.cells[0][-1] != raw
    assert card.user_edited_action.isVisible()
    card.user_edited_action.trigger()
    assert controller.document.session.track("melody").user_edited[1]
    assert card._loop == raw
    controller.document.undo_stack.undo()
    assert not card.user_edited_action.isChecked()
    qtbot.waitUntil(lambda: controller.palettes.cells[0][-1] != raw)
    assert card._loop == controller.palettes.cells[0][-1]


def test_the_editor_holds_what_the_key_lets_sound_and_an_edit_keeps_that(
    window: MainWindow, qtbot: QtBot
) -> None:
    controller, roll = window.controller, window.roll.panel.roll
    controller.tracks.set_front("melody")
    raw = controller.document.session.track("melody").corners[0]
    assert roll.model.loop == raw
    before = controller.palettes.cells[0][0]
    controller.band.set_key(Key(6, Mode.MAJOR))
    qtbot.waitUntil(lambda: controller.palettes.cells[0][0] != before)
    heard = controller.palettes.cells[0][0]
    assert roll.model.loop == heard != raw
    assert "in key" in window.roll.panel.detail.text()
    roll.setFocus()
    QTest.keyClick(roll, Qt.Key.Key_Plus)  # louder
    assert controller.document.session.track("melody").user_edited[0]
    assert controller.document.session.track("melody").corners[0] == roll.model.loop
    assert roll.model.loop.events.tolist() == heard.events.tolist()
    assert "in key" not in window.roll.panel.detail.text()
    controller.document.undo_stack.undo()
    assert controller.document.session.track("melody").corners[0] == raw
    qtbot.waitUntil(lambda: roll.model.loop == heard)


@pytest.mark.parametrize("mixes", [False, True])
@pytest.mark.parametrize(("width", "height", "scale"), [(900, 600, 1.0), (900, 600, 2.0), (3840, 2160, 2.0)])
def test_nothing_of_a_melodic_track_is_cut_off(
    window: MainWindow, look: Look, mixes: bool, width: int, height: int, scale: float
) -> None:
    window.controller.tracks.set_front("melody")
    if mixes:
        window.controller.morph.set_source(Source.MORPH)
    look.set_text_scale(scale)
    window.resize(width, height)
    for _ in range(3):
        QApplication.processEvents()
    assert (window.width(), window.height()) == (width, height)
    for kind in (QAbstractButton, QComboBox, QSlider, QAbstractSpinBox):
        for widget in window.centralWidget().findChildren(kind):
            if widget.isVisible() and not widget.objectName().startswith("qt_"):
                parent = widget.parentWidget()
                assert parent.rect().contains(widget.geometry()), (widget.accessibleName(), widget.geometry())


@pytest.mark.parametrize("mixes", [False, True])
def test_every_control_of_a_melodic_track_has_a_name_and_a_place_in_the_tab_order(
    window: MainWindow, mixes: bool
) -> None:
    window.controller.tracks.set_front("bass")
    if mixes:
        window.controller.morph.set_source(Source.MORPH)
    wanted = set()
    for widget in window.centralWidget().findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled():
            name = QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
            assert name, widget
            if isinstance(widget, MiniPalette | TrackLane | RollView | PianoRoll | PaletteView):
                wanted.add(widget)
    seen = set()
    for _ in range(200):
        press(window, Qt.Key.Key_Tab)
        seen.add(QApplication.focusWidget())
    assert wanted <= seen
    assert len(wanted) >= 8


def test_at_900_by_600_the_band_and_the_palette_are_in_sight(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(900, 600)
    qtbot.waitUntil(lambda: window.width() == 900)
    QApplication.processEvents()
    for widget in (window.parts.stage.palette_view, *(tile.lane for tile in window.parts.strip.in_order())):
        assert widget.visibleRegion().boundingRect() == widget.rect()


def test_with_large_text_in_a_small_window_the_band_scrolls_with_the_stage(
    window: MainWindow, look: Look
) -> None:
    scrolled = window.parts.strip.parentWidget()
    look.set_text_scale(2.0)
    window.resize(900, 600)
    for _ in range(2):
        QApplication.processEvents()
    assert window.parts.strip.parentWidget() is not scrolled
    look.set_text_scale(1.0)
    window.resize(1280, 800)
    for _ in range(2):
        QApplication.processEvents()
    assert window.parts.strip.parentWidget() is scrolled


def test_letters_find_what_a_list_holds(window: MainWindow, qtbot: QtBot) -> None:
    sound = window.parts.strip.tiles["bass"].sound
    qtbot.waitUntil(lambda: sound.findText("Synth Bass") >= 0)
    sound.setFocus()
    QTest.keyClick(sound, Qt.Key.Key_S)
    assert window.controller.document.session.track("bass").sound == (0, 38)
    assert not window.controller.document.session.track("drums").solo
