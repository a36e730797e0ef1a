"""The morph, the clip library, hearing by itself, and recording, in the window over a real controller."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from blender_app.core.drums import DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.presets import PRESETS
from blender_app.core.scales import Key
from blender_app.core.smf import write_midi
from blender_app.core.time import Timeline
from blender_app.engine import messages as m
from blender_app.session.edits.corners import DRAWN_NAME, EMPTY_NAME
from blender_app.session.session import MAX_CLIPS, Clip, Morph, Source, TrackKind
from blender_app.ui.loops.audition import Audition, notes_of
from blender_app.ui.window.main_window import MainWindow

MELODY = MelodyLoop.from_events([60, -2, -1, 64, *[-2] * 28])


@pytest.fixture
def mixing(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """Return a window whose front, the bass, mixes."""
    window.controller.tracks.set_front("bass")
    window.controller.morph.set_source(Source.MORPH)
    qtbot.waitUntil(lambda: len(window.controller.palettes.morph_loops_of("bass")) == 9)
    return window


def morph_of(window: MainWindow) -> Morph:
    morph = window.controller.document.session.track("bass").morph
    assert morph is not None
    return morph


def test_gliding_changes_what_sounds_and_undoes(mixing: MainWindow, qtbot: QtBot) -> None:
    controller, panel = mixing.controller, mixing.morph.panel
    panel.view.positionMoved.emit(1.0)
    assert morph_of(mixing).position == 1.0
    qtbot.waitUntil(lambda: controller.playback.sounding == morph_of(mixing).ends[1])
    assert mixing.parts.strip.tiles["bass"].mini._puck == (1.0, 0.0)
    assert "position 1.00" in mixing.parts.sounding.detail.text()
    controller.document.undo_stack.undo()
    assert morph_of(mixing).position == 0.0
    assert mixing.parts.strip.tiles["bass"].mini._puck == (0.0, 0.0)


def test_the_small_palette_moves_the_slider(mixing: MainWindow) -> None:
    mixing.controller.tracks.set_front("drums")
    mixing.parts.strip.tiles["bass"].mini.puckMoved.emit(0.25, 0.0)
    assert morph_of(mixing).position == 0.25
    assert mixing.controller.document.session.track("bass").puck == (0.5, 0.5)


def test_ends_are_edited_diced_and_dropped(mixing: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    controller, panel = mixing.controller, mixing.morph.panel
    panel.endEditAsked.emit(1)
    assert mixing.edited.end == 1
    mixing.roll.panel.roll.loopEdited.emit(MELODY, "Draw note", "")
    assert morph_of(mixing).ends[1] == MELODY
    assert morph_of(mixing).user_edited[1]
    assert controller.document.session.track("bass").corners[1] != MELODY
    panel.endDiced.emit(0)
    first = morph_of(mixing).ends[0]
    qtbot.waitUntil(lambda: morph_of(mixing).ends[0] != first)
    write_midi(tmp_path / "line.mid", MELODY)
    panel.endFileDropped.emit(0, str(tmp_path / "line.mid"))
    assert morph_of(mixing).names[0] == "line"
    mixing.roll.panel.presetChosen.emit(mixing.roll.panel.presets_menu and _bass_preset())
    assert morph_of(mixing).names[1] == _bass_preset().name


def _bass_preset() -> object:
    from blender_app.core.melody_presets import BASS_PRESETS

    return BASS_PRESETS[6]


def test_drums_mix_too(window: MainWindow, qtbot: QtBot) -> None:
    controller = window.controller
    controller.morph.set_source(Source.MORPH)
    qtbot.waitUntil(lambda: len(controller.palettes.morph_loops_of("drums")) == 9)
    window.parts.editor.step_grid.hitPainted.emit(5, 5, 90)
    morph = controller.document.session.track("drums").morph
    assert morph.ends[0].hits[5, 5]
    assert not controller.document.session.track("drums").corners[0].hits[5, 5]
    assert window.parts.editor.title.text().startswith("A")


def test_a_step_becomes_a_corner_and_a_clip(mixing: MainWindow, qtbot: QtBot) -> None:
    controller, panel = mixing.controller, mixing.morph.panel
    qtbot.waitUntil(lambda: panel.step_clip(4) is not None)
    step = panel.step_clip(4)
    panel.stepToCorner.emit(4, 2)
    assert controller.document.session.track("bass").corners[2] == step.loop
    assert not mixing.clips.library.isVisible()
    panel.stepToClip.emit(4)
    assert [clip.loop for clip in controller.document.session.clips] == [step.loop]
    assert mixing.clips.library.isVisible()
    controller.document.undo_stack.undo()
    assert controller.document.session.clips == ()


def test_what_sounds_is_kept_and_put_elsewhere(window: MainWindow) -> None:
    controller, library = window.controller, window.clips.library
    window.actions_by_name["keep_clip"].trigger()
    clip = controller.document.session.clips[0]
    assert clip.loop == controller.playback.sounding
    assert clip.kind is TrackKind.DRUMS
    library.toCornerAsked.emit(0, 3)
    assert controller.document.session.front_track.corners[3] == clip.loop
    library.toEndAsked.emit(0, 1)
    assert controller.document.session.front_track.source is Source.MORPH
    assert controller.document.session.front_track.morph.ends[1] == clip.loop


def test_a_full_library_says_that_nothing_was_kept(window: MainWindow) -> None:
    clips = tuple(Clip(str(number), TrackKind.MELODY, MELODY) for number in range(MAX_CLIPS))
    window.controller.clips.put_all(clips, "Fill")
    window.actions_by_name["keep_clip"].trigger()
    assert window.controller.document.session.clips == clips
    assert "full" in window.banner.text


def test_the_library_is_remembered(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_by_name["clip_library"].trigger()
    assert window.clips.library.isVisible()
    window.close()
    other = MainWindow(window.controller, window.look, asks_before_closing=False)
    qtbot.addWidget(other)
    other.show()
    assert other.clips.library.isVisible()
    other.close()


def test_a_clip_is_exported(window: MainWindow, tmp_path: Path) -> None:
    window.controller.clips.put_all((Clip("One: two", TrackKind.DRUMS, PRESETS[4].loop),), "Keep clip")
    window.clips.library.exportAsked.emit(0)
    window.files.dialog.fileSelected.emit(str(tmp_path / "one.mid"))
    window.files.dialog.close()
    assert (tmp_path / "one.mid").read_bytes().startswith(b"MThd")


def test_a_step_is_heard_while_the_transport_stands(mixing: MainWindow, engine, qtbot: QtBot) -> None:
    panel = mixing.morph.panel
    mixing.controller.document.set_parameter("tempo_bpm", 300)
    qtbot.waitUntil(lambda: panel.step_clip(0) is not None)
    notes = panel.step_clip(0).loop.to_notes()
    panel.stepClicked.emit(0)
    qtbot.waitUntil(lambda: not mixing.clip_player.audition.sounds)
    heard = [one.note for one in engine.sent(m.Preview)]
    assert [note.pitch for note in heard] == [note.pitch for note in notes]
    assert [note.length_steps for note in heard] == [note.length_steps for note in notes]


def test_playing_ends_what_is_heard(mixing: MainWindow, engine, qtbot: QtBot) -> None:
    panel = mixing.morph.panel
    qtbot.waitUntil(lambda: panel.step_clip(0) is not None)
    panel.stepClicked.emit(0)
    assert mixing.clip_player.audition.sounds
    mixing.controller.playback.play()
    qtbot.waitUntil(lambda: mixing.controller.playback.playing)
    assert not mixing.clip_player.audition.sounds
    mixing.morph.panel.stepClicked.emit(0)
    assert not mixing.clip_player.audition.sounds


def test_a_clip_of_another_kind_is_not_heard(window: MainWindow, engine) -> None:
    window.controller.clips.put_all((Clip("Tune", TrackKind.MELODY, MELODY),), "Keep clip")
    window.clips.library.auditionAsked.emit(0)
    assert engine.sent(m.Preview) == []
    assert "Tune" in window.banner.text


def test_notes_of_either_kind_of_loop() -> None:
    loop = DrumLoop.empty().with_hit(3, 1, 80).with_hit(0, 0, 100)
    assert [(note.step, note.voice, note.velocity) for note in notes_of(loop)] == [(0, 0, 100), (3, 1, 80)]
    assert notes_of(MELODY) == MELODY.to_notes()


def test_an_audition_plays_each_note_once_in_order(qtbot: QtBot) -> None:
    heard: list[Note] = []
    parent = QObject()
    audition = Audition(heard.append, parent)
    audition.hear(MELODY, 300.0)
    assert [note.pitch for note in heard] == [60]
    qtbot.waitUntil(lambda: not audition.sounds)
    assert [note.pitch for note in heard] == [60, 64]
    audition.hear(MelodyLoop.empty(), 300.0)
    assert not audition.sounds


def test_two_bars_are_recorded_into_the_corner(window: MainWindow, engine, qtbot: QtBot) -> None:
    controller, panel = window.controller, window.roll.panel
    controller.tracks.set_front("melody")
    window.edited.edit_corner(3)
    before = controller.document.session.track("melody").corners[3]
    panel.recordAsked.emit(1, False)
    assert engine.sent(m.Play)[-1].count_in_bars == 1
    qtbot.waitUntil(lambda: window.recording._recorder is not None)
    # The engine says when the two bars began: long enough ago for two notes, and not over for long.
    now_s = time.monotonic()
    timeline = Timeline(now_s - 5.0, 0.0, 20.0)
    engine.events.append(m.TransportChanged(True, timeline))
    qtbot.waitUntil(lambda: controller.playback.timeline == timeline)

    def at(step: float) -> float:
        return timeline.anchor_s + step * 60.0 / timeline.tempo_bpm / 4

    for pitch, step in ((62, 0), (65, 4)):
        engine.events.append(m.NoteReceived(pitch, 90, at(step)))
        engine.events.append(m.NoteReceived(pitch, 0, at(step + 2)))
    received: list[int] = []
    controller.devices.noteReceived.connect(lambda pitch, _velocity, _time_s: received.append(pitch))
    qtbot.waitUntil(lambda: len(received) == 4)
    panel.recordStopped.emit()
    after = controller.document.session.track("melody").corners[3]
    assert after != before
    assert [(note.step, note.pitch) for note in after.to_notes()][:2] == [(0, 62), (4, 65)]
    assert controller.document.session.track("melody").user_edited[3]
    assert not window.recording.records
    controller.document.undo_stack.undo()
    assert controller.document.session.track("melody").corners[3] == before


def test_stopping_ends_a_recording_without_notes(window: MainWindow, engine, qtbot: QtBot) -> None:
    controller = window.controller
    controller.tracks.set_front("melody")
    before = controller.document.session.track("melody").corners
    window.roll.panel.recordAsked.emit(1, False)
    qtbot.waitUntil(lambda: window.recording._recorder is not None)
    controller.playback.stop()
    qtbot.waitUntil(lambda: not window.recording.records)
    assert controller.document.session.track("melody").corners == before


def test_ends_are_shown_and_edited_as_the_key_lets_them_sound(mixing: MainWindow, qtbot: QtBot) -> None:
    controller, panel, roll = mixing.controller, mixing.morph.panel, mixing.roll.panel.roll
    raw, before = morph_of(mixing).ends, controller.palettes.morph_loops_of("bass")
    controller.band.set_key(Key(2))
    qtbot.waitUntil(lambda: controller.palettes.morph_loops_of("bass") != before)
    steps = controller.palettes.morph_loops_of("bass")
    assert [card._loop for card in panel.cards] == [steps[0], steps[-1]] != list(raw)
    assert roll.model.loop == steps[0]
    panel.cards[1].user_edited_action.trigger()
    assert panel.cards[1]._loop == raw[1]
    mixing.edited.edit_end(1)
    assert roll.model.loop == raw[1]
    controller.band.set_key(None)
    assert panel.cards[0]._loop == raw[0]


def test_an_empty_end_that_is_drawn_on_is_called_so_no_more(window: MainWindow) -> None:
    controller = window.controller
    controller.tracks.set_front("bass")
    controller.corners.clear(0)
    controller.morph.set_source(Source.MORPH)
    assert morph_of(window).names[0] == EMPTY_NAME
    roll = window.roll.panel.roll
    roll.setFocus()
    QTest.keyClick(roll, Qt.Key.Key_Space)  # a note at the cursor
    assert morph_of(window).ends[0].note_count == 1
    assert morph_of(window).names[0] == DRAWN_NAME


def test_ends_can_be_left_out_of_the_key(mixing: MainWindow) -> None:
    card = mixing.morph.panel.cards[0]
    assert not card.user_edited_action.isVisible()
    mixing.controller.band.set_key(Key(2))
    assert card.user_edited_action.isVisible()
    card.user_edited_action.trigger()
    assert morph_of(mixing).user_edited == (True, False)
    mixing.controller.document.set_track_parameter("scale_lock", False)
    assert not card.user_edited_action.isVisible()
