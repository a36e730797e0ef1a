"""The controller with an engine that records and a model that cross-fades."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from blender_app.core.drums import LOOP_STEPS, DrumLoop
from blender_app.core.errors import FontError, ModelError
from blender_app.core.presets import PRESETS
from blender_app.core.smf import read_drum_loop, read_midi
from blender_app.core.time import Timeline
from blender_app.engine import messages as m
from blender_app.session import export
from blender_app.session.controller import Controller
from blender_app.session.document import DrawnPath, MidiSettings, PathMode, Session, default_corners
from blender_app.session.files import load_session, save_session
from blender_app.session.path import position_at
from blender_app.session.status import ModelState

SQUARE = DrawnPath(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), bars=4)


def last_pattern(engine) -> m.SetPattern:
    return engine.sent(m.SetPattern)[-1]


def poll(controller: Controller) -> None:
    """Take in what the engine said, without waiting for the timer."""
    controller._on_poll_timer_timeout()


def same_hits(one: DrumLoop, other: DrumLoop) -> bool:
    return bool((one.hits == other.hits).all())


def test_start_tells_the_engine_everything(controller: Controller, engine) -> None:
    kinds = {type(command) for command in engine.commands}
    assert {m.SetTempo, m.SetSwing, m.SetFeel, m.SetMix, m.SetGain, m.SetKit} <= kinds
    assert {m.SetAudio, m.SetRouting, m.SetPattern} <= kinds
    assert last_pattern(engine).pattern.notes == controller.sounding.to_notes()


def test_corner_cells_are_the_corners(controller: Controller) -> None:
    cells, corners = controller.cells, controller.session.corners
    assert (cells[0][0], cells[0][-1], cells[-1][0], cells[-1][-1]) == corners
    assert (len(cells), len(cells[0])) == (11, 11)


def test_moving_the_puck_plays_what_is_there(controller: Controller, engine, qtbot: QtBot) -> None:
    with qtbot.waitSignal(controller.soundingChanged):
        controller.move_puck(1.0, 0.0)
    qtbot.waitUntil(lambda: controller.sounding == controller.session.corners[1])
    assert last_pattern(engine).pattern.notes == controller.session.corners[1].to_notes()


def test_puck_waits_for_the_chosen_boundary(controller: Controller, engine, qtbot: QtBot) -> None:
    controller.set_change_at(m.ChangeAt.BAR)
    controller.play()
    qtbot.waitUntil(lambda: controller.playing)
    engine.starts_patterns = False
    before = controller.sounding
    controller.move_puck(0.0, 1.0)
    qtbot.waitUntil(lambda: controller.waiting == controller.session.corners[2])
    assert last_pattern(engine).change_at is m.ChangeAt.BAR
    assert controller.sounding == before
    serial = last_pattern(engine).pattern.serial
    engine.events.append(m.PatternStarted("drums", serial, 16.0, 101.0))
    qtbot.waitUntil(lambda: controller.waiting is None)
    assert controller.sounding == controller.session.corners[2]


def test_painting_a_corner_is_heard_at_once(controller: Controller, engine, qtbot: QtBot) -> None:
    controller.set_change_at(m.ChangeAt.LOOP)
    controller.move_puck(0.0, 0.0)
    qtbot.waitUntil(lambda: controller.sounding == controller.session.corners[0])
    free = next(step for step in range(LOOP_STEPS) if not controller.sounding.hits[step, 6])
    controller.paint_hit(0, free, 6, 90)
    qtbot.waitUntil(lambda: bool(controller.sounding.hits[free, 6]))
    assert last_pattern(engine).change_at is m.ChangeAt.STEP
    assert controller.cells[0][0] == controller.session.corners[0]


def test_unrefined_palette_comes_first_and_the_refined_one_replaces_it(
    controller: Controller, model, qtbot: QtBot
) -> None:
    held = []
    controller.cellsChanged.connect(lambda: held.append(controller.held))
    controller.clear_corner(3)
    qtbot.waitUntil(lambda: len(held) == 2)
    assert held == [(0.9,) * 4, (1.0,) * 4]
    assert [refine for corners, refine in model.asked if corners == controller.session.corners] == [
        False,
        True,
    ]


def test_undo_brings_back_sound_and_palette(controller: Controller, qtbot: QtBot) -> None:
    controller.move_puck(1.0, 1.0)
    qtbot.waitUntil(lambda: controller.sounding == controller.session.corners[3])
    before = controller.session
    controller.use_preset(3, PRESETS[12])
    qtbot.waitUntil(lambda: controller.sounding == PRESETS[12].loop)
    controller.undo_stack.undo()
    assert controller.session == before
    qtbot.waitUntil(lambda: controller.sounding == before.corners[3])
    assert controller.cells[-1][-1] == before.corners[3]


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda c: c.set_tempo(90), m.SetTempo(90.0)),
        (lambda c: c.set_swing(0.6), m.SetSwing(0.6)),
        (lambda c: c.set_feel(0.5), m.SetFeel(0.5)),
        (lambda c: c.set_volume(0.25), m.SetGain(0.25)),
        (lambda c: c.set_kit(128, 25), m.SetKit(128, 25)),
        (lambda c: c.set_font("/x.sf2"), m.LoadFont(Path("/x.sf2"))),
        (lambda c: c.set_audio(False), m.SetAudio(False)),
        (lambda c: c.set_channel(3), m.SetRouting(3, (36, 38, 42, 46, 45, 48, 50, 49, 51))),
        (lambda c: c.set_latency(9), m.SetLatency(0.5)),
        (lambda c: c.open_virtual_port(), m.OpenVirtualPort("Loopweave")),
        (lambda c: c.preview_hit(1, 90), m.Preview(1, 90)),
        (lambda c: c.panic(), m.Panic()),
    ],
)
def test_edits_reach_the_engine(
    controller: Controller, engine, edit: Callable[[Controller], None], expected: m.Command
) -> None:
    engine.commands.clear()
    edit(controller)
    assert engine.commands == [expected]


def test_mix_reaches_the_engine(controller: Controller, engine) -> None:
    controller.set_voice_mix(1, m.VoiceMix(mute=True, solo=False, volume=0.5))
    assert engine.sent(m.SetMix)[-1].voices[1] == m.VoiceMix(True, False, 0.5)


# -- paths ------------------------------------------------------------------------------------------


def test_path_is_one_long_pattern_of_the_loops_on_its_way(
    controller: Controller, engine, qtbot: QtBot
) -> None:
    controller.set_path(SQUARE)
    controller.play_path(True)
    qtbot.waitUntil(lambda: last_pattern(engine).pattern.length_steps == 64)
    pattern = last_pattern(engine).pattern
    assert (pattern.loop_from_step, pattern.anchor_step) == (0, 0)
    first_row = [note.voice for note in pattern.notes if note.step == 0]
    assert first_row == list(np.flatnonzero(controller.session.corners[0].hits[0]))
    quarter = [note.voice for note in pattern.notes if note.step == 16]
    assert quarter == list(np.flatnonzero(controller.session.corners[1].hits[16]))


def test_bead_and_sounding_loop_follow_the_engines_clock(
    controller: Controller, engine, clock, qtbot: QtBot
) -> None:
    assert controller.path_position(clock.now_s) is None
    controller.set_path(SQUARE)
    controller.play_path(True)
    qtbot.waitUntil(lambda: last_pattern(engine).pattern.length_steps == 64)
    controller.play()
    qtbot.waitUntil(lambda: controller.playing)
    clock.now_s = 100.0 + 16 * 0.125  # a quarter of the lap at 120 beats a minute
    assert controller.path_position(clock.now_s) == pytest.approx((1.0, 0.0), abs=1e-6)
    qtbot.waitUntil(lambda: same_hits(controller.sounding, controller.session.corners[1]))
    assert controller.playhead_step(clock.now_s) == pytest.approx(16.0)


def test_path_begins_at_the_next_boundary_and_at_zero_after_a_stop(
    controller: Controller, engine, clock, qtbot: QtBot
) -> None:
    controller.set_change_at(m.ChangeAt.BAR)
    controller.play()
    qtbot.waitUntil(lambda: controller.playing)
    clock.now_s += 20 * 0.125
    controller.set_path(SQUARE)
    controller.play_path(True)
    qtbot.waitUntil(lambda: last_pattern(engine).pattern.length_steps == 64)
    pattern = last_pattern(engine).pattern
    assert pattern.anchor_step == 32
    assert pattern.step_of(32) == 0
    controller.stop()
    qtbot.waitUntil(lambda: last_pattern(engine).pattern.anchor_step == 0)


def test_moving_a_node_while_playing_keeps_the_lap(
    controller: Controller, engine, clock, qtbot: QtBot
) -> None:
    controller.play()
    qtbot.waitUntil(lambda: controller.playing)
    clock.now_s += 7 * 0.125
    controller.set_path(SQUARE)
    controller.play_path(True)
    qtbot.waitUntil(lambda: controller._playback.sounding_path is not None)
    assert last_pattern(engine).pattern.anchor_step == 8
    clock.now_s += 30 * 0.125
    serial = last_pattern(engine).pattern.serial
    controller.move_path_node(2, 0.5, 0.5)
    qtbot.waitUntil(lambda: last_pattern(engine).pattern.serial > serial)
    assert last_pattern(engine).pattern.anchor_step == 8


def test_touching_the_puck_takes_over_from_the_path(controller: Controller, qtbot: QtBot) -> None:
    controller.set_path(SQUARE)
    controller.play_path(True)
    controller.move_puck(1.0, 1.0)
    assert controller.session.path is not None
    assert not controller.session.path.playing
    qtbot.waitUntil(lambda: controller.sounding == controller.session.corners[3])
    controller.undo_stack.undo()
    assert controller.session.path_plays


# -- model ------------------------------------------------------------------------------------------


def test_stored_palette_sounds_until_the_model_is_there(make_controller, model, qtbot: QtBot, stored) -> None:
    gate = threading.Event()

    def load() -> object:
        assert gate.wait(10)
        return model

    controller = make_controller(load_model=load, load_stored=lambda: stored)
    controller.start()
    qtbot.waitUntil(lambda: controller.sounding == stored.loop)
    assert controller.status.model_state is ModelState.LOADING
    assert controller.held is None
    gate.set()
    qtbot.waitUntil(lambda: controller.held == (1.0,) * 4 and controller.sounding != stored.loop)
    assert controller.status.model_state is ModelState.READY


def test_dice_wait_for_the_model(make_controller, model, qtbot: QtBot, loop_of) -> None:
    gate = threading.Event()

    def load() -> object:
        assert gate.wait(10)
        return model

    controller = make_controller(load_model=load)
    controller._make_seed = lambda: 7
    controller.start()
    controller.dice_corner(2)
    controller.dice_corner(1)
    gate.set()
    qtbot.waitUntil(lambda: controller.session.corners[1] == controller.session.corners[2] == loop_of(7))
    assert controller.session.corner_names[1] == "Dice 7"
    controller.undo_stack.undo()
    controller.undo_stack.undo()
    assert controller.session.corners == default_corners()


def test_vary_changes_a_little_and_can_be_undone(controller: Controller, qtbot: QtBot) -> None:
    before = controller.session.corners[0]
    controller._make_seed = lambda: 3
    controller.vary_corner(0, 0.5)
    qtbot.waitUntil(lambda: controller.session.corners[0] != before)
    assert controller.session.corners[0] == before.with_hit(3, 7, 51)
    assert controller.session.corner_names[0] == "Boom Bap (varied)"


def test_without_a_model_the_instrument_goes_on(make_controller, qtbot: QtBot, stored, engine) -> None:
    def fail() -> object:
        raise ModelError("The model drums-2bar is missing.")

    controller = make_controller(load_model=fail, load_stored=lambda: stored)
    with qtbot.waitSignal(controller.messageShown) as shown:
        controller.start()
    assert "drums-2bar is missing" in shown.args[1]
    qtbot.waitUntil(lambda: controller.sounding == stored.loop)
    controller.clear_corner(3)  # not the stored palette's corners any more
    controller.move_puck(0.0, 0.0)
    qtbot.waitUntil(lambda: controller.sounding == controller.session.corners[0])
    assert controller.status.model_state is ModelState.FAILED
    with qtbot.waitSignal(controller.messageShown) as shown:
        controller.dice_corner(0)
    assert shown.args[0] == "warning"


def test_a_failing_model_is_reported_and_replaced(controller: Controller, model, qtbot, monkeypatch) -> None:
    def fail(corners: object, refine: bool) -> object:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(model, "make_palette", fail)
    with qtbot.waitSignal(controller.messageShown) as shown:
        controller.use_preset(0, PRESETS[10])
    assert shown.args[0] == "error"
    assert "out of memory" in shown.args[1]
    qtbot.waitUntil(lambda: controller.cells[0][0] == PRESETS[10].loop)


# -- engine -----------------------------------------------------------------------------------------


def test_a_dead_engine_is_started_again_once(controller: Controller, engine, clock, qtbot: QtBot) -> None:
    controller.play()
    qtbot.waitUntil(lambda: controller.playing)
    controller.set_tempo(77)
    engine.commands.clear()
    with qtbot.waitSignal(controller.messageShown) as shown:
        engine.alive = False
    assert shown.args[0] == "warning"
    qtbot.waitUntil(lambda: bool(engine.sent(m.SetPattern)))
    assert engine.alive
    assert m.SetTempo(77.0) in engine.commands
    assert m.Play() in engine.commands
    assert last_pattern(engine).pattern.notes == controller.sounding.to_notes()
    with qtbot.waitSignal(controller.messageShown) as shown:
        engine.alive = False
    assert shown.args[0] == "error"
    assert not engine.alive
    assert not controller.playing
    controller.restart_engine()
    assert engine.alive


def test_port_is_opened_when_it_appears_and_again_when_it_returns(
    controller: Controller, engine, qtbot: QtBot
) -> None:
    controller.open_port("Synth")
    assert m.OpenPort("Synth") not in engine.commands
    engine.events.append(m.PortsChanged(("Other", "Synth")))
    qtbot.waitUntil(lambda: controller.status.midi == "Synth")
    assert controller.ports == ("Other", "Synth")
    with qtbot.waitSignal(controller.messageShown) as shown:
        engine.events.extend([m.PortLost("Synth"), m.PortsChanged(("Other",))])
    assert "Synth" in shown.args[1]
    qtbot.waitUntil(lambda: not controller.status.midi_ok)
    engine.commands.clear()
    engine.events.append(m.PortsChanged(("Synth",)))
    qtbot.waitUntil(lambda: controller.status.midi_ok)
    assert engine.commands == [m.OpenPort("Synth")]


def test_last_port_is_remembered(make_controller, engine, qtbot: QtBot) -> None:
    first = make_controller()
    first.start()
    first.open_port("Synth")
    first.close()
    second = make_controller()
    second.start()
    assert second.session.midi.port == "Synth"


def test_routing_is_remembered(make_controller, engine, tmp_path: Path) -> None:
    first = make_controller()
    first.start()
    first.set_channel(2)
    first.set_note_map((1, 2, 3, 4, 5, 6, 7, 8, 9))
    first.close()
    second = make_controller()
    second.start()
    assert engine.sent(m.SetRouting)[-1] == m.SetRouting(2, (1, 2, 3, 4, 5, 6, 7, 8, 9))
    assert not second.modified
    second.settings.routing = (99, 1)
    second.close()
    third = make_controller()
    third.start()
    assert third.session.midi == MidiSettings()


def test_font_is_remembered_while_it_is_there(make_controller, engine, tmp_path: Path) -> None:
    first = make_controller()
    first.start()
    (tmp_path / "mine.sf2").touch()
    first.set_font(str(tmp_path / "mine.sf2"))
    first.close()
    second = make_controller()
    second.start()
    assert m.LoadFont(tmp_path / "mine.sf2") in engine.commands
    assert second.session.font == str(tmp_path / "mine.sf2")
    assert not second.modified
    second.close()
    (tmp_path / "mine.sf2").unlink()
    third = make_controller()
    third.start()
    assert third.session.font is None


def test_undo_of_the_channel_leaves_the_port_alone(controller: Controller, engine) -> None:
    controller.set_channel(4)
    controller.open_virtual_port("Mine")
    controller.undo_stack.undo()
    assert controller.session.midi.channel == 9
    assert (controller.session.midi.port, controller.session.midi.virtual) == ("Mine", True)


def test_missing_audio_is_told_once_and_shown(controller: Controller, engine, qtbot: QtBot) -> None:
    texts: list[str] = []
    controller.messageShown.connect(lambda _level, text: texts.append(text))
    event = m.AudioChanged(None, None, (m.Kit(128, 0, "Standard"),), "No audio device: plug one in.")
    with qtbot.waitSignal(controller.kitsChanged):
        engine.events.extend([event, event])
    assert texts == ["No audio device: plug one in."]
    assert not controller.status.audio_ok
    assert controller.status.message == "No audio device: plug one in."
    assert controller.kits[0].name == "Standard"


def test_stats_reach_the_status(controller: Controller, engine, qtbot: QtBot) -> None:
    with qtbot.waitSignal(controller.statusChanged):
        engine.events.append(m.Stats(3, 0.004, 0.07))
    assert (controller.status.late_events, controller.status.cpu) == (3, 0.07)


def test_playhead_stands_while_stopped(controller: Controller, engine, qtbot: QtBot) -> None:
    assert controller.playhead_step(123.0) is None
    engine.events.append(m.TransportChanged(True, Timeline(50.0, 0.0, 120.0)))
    qtbot.waitUntil(lambda: controller.playing)
    assert controller.playhead_step(50.0 + 40 * 0.125) == pytest.approx(8.0)


# -- files ------------------------------------------------------------------------------------------


def test_open_another_models_session_gives_a_message(
    controller: Controller, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "old.blend.json"
    save_session(path, Session(model_hash="other", tempo_bpm=99.0))
    with qtbot.waitSignal(controller.messageShown) as shown:
        assert controller.open_session(path)
    assert "another version of the model" in shown.args[1]
    assert controller.session.tempo_bpm == 99.0


def test_saved_session_carries_the_models_hash(controller: Controller, tmp_path: Path) -> None:
    assert controller.save_session(tmp_path / "mine")
    assert load_session(tmp_path / "mine.blend.json").model_hash == "f00d"


def test_export_of_cell_grid_and_path(controller: Controller, tmp_path: Path, qtbot: QtBot) -> None:
    assert controller.export_cell(tmp_path / "cell", 0, 0)
    assert read_drum_loop(tmp_path / "cell.mid").hits.tolist() == controller.cells[0][0].hits.tolist()
    controller.set_grid(3, 4)
    qtbot.waitUntil(lambda: len(controller.cells) == 3)
    assert controller.export_grid(tmp_path / "grid.mid")
    assert len(read_midi(tmp_path / "grid.mid").markers) == 12
    assert not controller.export_path(tmp_path / "path.mid")
    controller.set_path(SQUARE)
    with qtbot.waitSignal(controller.messageShown, check_params_cb=lambda level, _text: level == "info"):
        assert controller.export_path(tmp_path / "path.mid")
    assert (tmp_path / "path.mid").is_file()


def test_export_as_sound_goes_on_beside_the_window(
    controller: Controller, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = []

    def render(music, path, midi, style) -> None:
        rendered.append((music.notes, midi.tempo_bpm, style.kit, style.loop, threading.current_thread()))
        if path.name == "broken.wav":
            raise FontError("no font here")

    monkeypatch.setattr(export, "render_patterns", render)
    controller.set_kit(128, 25)
    told: list[tuple[str, str]] = []
    controller.messageShown.connect(lambda level, text: told.append((level, text)))
    assert controller.export_cell(tmp_path / "cell.wav")
    qtbot.waitUntil(lambda: ("info", "cell.wav is written.") in told)
    notes, tempo, kit, loop, thread = rendered[0]
    assert (notes, tempo, kit, loop) == (controller.sounding.to_notes(), 110.0, 25, True)
    assert thread is not threading.main_thread()
    assert controller.export_cell(tmp_path / "broken.wav")
    qtbot.waitUntil(lambda: ("error", "no font here") in told)


def test_export_into_a_missing_folder_gives_a_message(
    controller: Controller, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(controller.messageShown) as shown:
        assert not controller.export_grid(tmp_path / "nowhere" / "grid.mid")
    assert shown.args[0] == "error"


def test_import_brings_what_export_wrote(controller: Controller, tmp_path: Path) -> None:
    loop = controller.session.corners[1]
    assert controller.export_loop(tmp_path / "house.mid", loop, "House")
    assert controller.import_corner(0, tmp_path / "house.mid")
    assert controller.session.corners[0].hits.tolist() == loop.hits.tolist()
    assert controller.session.corner_names[0] == "house"


def test_import_of_a_broken_file_changes_nothing(
    controller: Controller, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "broken.mid").write_bytes(b"no music")
    before = controller.session
    with qtbot.waitSignal(controller.messageShown) as shown:
        assert not controller.import_corner(0, tmp_path / "broken.mid")
    assert shown.args[0] == "error"
    assert controller.session == before
    assert controller.undo_stack.count() == 0


def test_once_path_stays_on_its_end(controller: Controller, engine, clock, qtbot: QtBot) -> None:
    path = DrawnPath(((0.0, 0.0), (1.0, 0.0)), bars=2, mode=PathMode.ONCE, closed=False, playing=True)
    controller.set_path(path)
    qtbot.waitUntil(lambda: last_pattern(engine).pattern.loop_from_step == 32)
    controller.play()
    qtbot.waitUntil(lambda: controller.playing)
    clock.now_s += 1000 * 0.125
    assert controller.path_position(clock.now_s) == pytest.approx(position_at(path, 32.0))
    qtbot.waitUntil(lambda: same_hits(controller.sounding, controller.session.corners[1]))


def test_empty_loops_are_fine(controller: Controller, engine, qtbot: QtBot) -> None:
    for index in range(4):
        controller.clear_corner(index)
    qtbot.waitUntil(lambda: controller.sounding == DrumLoop.empty())
    assert last_pattern(engine).pattern.notes == ()
