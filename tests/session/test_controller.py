"""The controller with an engine that records and a model that cross-fades."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from blender_app.core.drums import VOICE_PITCHES, DrumLoop
from blender_app.core.errors import FontError, ModelError
from blender_app.core.notes import Note
from blender_app.core.presets import PRESETS
from blender_app.core.smf import read_drum_loop, read_midi
from blender_app.core.time import DEFAULT_STEPS
from blender_app.engine import messages as m
from blender_app.engine import render as engine_render
from blender_app.session.controller import Controller
from blender_app.session.files import load_session, save_session
from blender_app.session.path import position_at
from blender_app.session.session import DrawnPath, PathMode, Session, TrackKind, default_corners
from blender_app.session.status import ModelState

SQUARE = DrawnPath(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), bars=4)


DRUMS = m.TrackSettings("drums", True, 128, 0, 9, note_map=VOICE_PITCHES)


def last_pattern(engine) -> m.SetPattern:
    return [command for command in engine.sent(m.SetPattern) if command.track == "drums"][-1]


def same_hits(one: DrumLoop, other: DrumLoop) -> bool:
    return bool((one.hits == other.hits).all())


def test_start_tells_the_engine_everything(controller: Controller, engine) -> None:
    kinds = {type(command) for command in engine.commands}
    assert {m.SetParameter, m.SetMix, m.SetTrack} <= kinds
    names = [command.name for command in engine.sent(m.SetParameter)]
    assert names == ["tempo_bpm", "swing", "groove_amount", "volume"]
    assert {m.SetAudio, m.SetPattern} <= kinds
    assert last_pattern(engine).pattern.notes == controller.playback.sounding.to_notes()


def test_corner_cells_are_the_corners(controller: Controller) -> None:
    cells, corners = controller.palettes.cells, controller.document.session.front_track.corners
    assert (cells[0][0], cells[0][-1], cells[-1][0], cells[-1][-1]) == corners
    assert (len(cells), len(cells[0])) == (11, 11)


def test_moving_the_puck_plays_what_is_there(controller: Controller, engine, qtbot: QtBot) -> None:
    with qtbot.waitSignal(controller.playback.soundingChanged):
        controller.place.move_puck(1.0, 0.0)
    qtbot.waitUntil(
        lambda: controller.playback.sounding == controller.document.session.front_track.corners[1]
    )
    assert last_pattern(engine).pattern.notes == controller.document.session.front_track.corners[1].to_notes()


def test_puck_waits_for_the_chosen_boundary(controller: Controller, engine, qtbot: QtBot) -> None:
    controller.band.set_change_at(m.ChangeAt.BAR)
    controller.playback.play()
    qtbot.waitUntil(lambda: controller.playback.playing)
    engine.starts_patterns = False
    before = controller.playback.sounding
    controller.place.move_puck(0.0, 1.0)
    qtbot.waitUntil(lambda: controller.playback.waiting == controller.document.session.front_track.corners[2])
    assert last_pattern(engine).change_at is m.ChangeAt.BAR
    assert controller.playback.sounding == before
    serial = last_pattern(engine).pattern.serial
    engine.events.append(m.PatternStarted("drums", serial, 16.0, 101.0))
    qtbot.waitUntil(lambda: controller.playback.waiting is None)
    assert controller.playback.sounding == controller.document.session.front_track.corners[2]


def test_painting_a_corner_is_heard_at_once(controller: Controller, engine, qtbot: QtBot) -> None:
    controller.band.set_change_at(m.ChangeAt.LOOP)
    controller.place.move_puck(0.0, 0.0)
    qtbot.waitUntil(
        lambda: controller.playback.sounding == controller.document.session.front_track.corners[0]
    )
    free = next(step for step in range(DEFAULT_STEPS) if not controller.playback.sounding.hits[step, 6])
    controller.corners.paint_hit(0, free, 6, 90)
    qtbot.waitUntil(lambda: bool(controller.playback.sounding.hits[free, 6]))
    assert last_pattern(engine).change_at is m.ChangeAt.STEP
    corner = controller.document.session.front_track.corners[0]
    qtbot.waitUntil(lambda: controller.palettes.cells[0][0] == corner)  # the palette follows what is heard


def test_a_refined_palette_leaves_the_puck_waiting(
    controller: Controller, engine, model, qtbot: QtBot
) -> None:
    controller.band.set_change_at(m.ChangeAt.BAR)
    controller.playback.play()
    qtbot.waitUntil(lambda: controller.playback.playing)
    engine.starts_patterns = False
    model.refine_gate.clear()
    with qtbot.waitSignal(controller.palettes.cellsChanged):
        controller.corners.clear(3)
    qtbot.waitUntil(lambda: bool(engine.commands) and last_pattern(engine).change_at is m.ChangeAt.STEP)
    engine.events.append(m.PatternStarted("drums", last_pattern(engine).pattern.serial, 4.0, 101.0))
    qtbot.waitUntil(lambda: controller.playback.waiting is None)
    controller.place.move_puck(0.9, 0.9)
    qtbot.waitUntil(lambda: last_pattern(engine).change_at is m.ChangeAt.BAR)
    waiting = last_pattern(engine).pattern.serial
    with qtbot.waitSignal(controller.palettes.cellsChanged):
        model.refine_gate.set()
    controller.corners.paint_hit(3, 0, 7, 111)
    qtbot.waitUntil(lambda: last_pattern(engine).pattern.serial > waiting)
    assert last_pattern(engine).change_at is m.ChangeAt.BAR


def test_unrefined_palette_comes_first_and_the_refined_one_replaces_it(
    controller: Controller, model, qtbot: QtBot
) -> None:
    held = []
    controller.palettes.cellsChanged.connect(lambda: held.append(controller.palettes.accuracy))
    controller.corners.clear(3)
    qtbot.waitUntil(lambda: len(held) == 2)
    assert held == [(0.9,) * 4, (1.0,) * 4]
    assert [
        refine
        for corners, refine in model.asked
        if corners == controller.document.session.front_track.corners
    ] == [
        False,
        True,
    ]


def test_undo_brings_back_sound_and_palette(controller: Controller, qtbot: QtBot) -> None:
    controller.place.move_puck(1.0, 1.0)
    qtbot.waitUntil(
        lambda: controller.playback.sounding == controller.document.session.front_track.corners[3]
    )
    before = controller.document.session
    controller.corners.use_preset(3, PRESETS[12])
    qtbot.waitUntil(lambda: controller.playback.sounding == PRESETS[12].loop)
    controller.document.undo_stack.undo()
    assert controller.document.session == before
    qtbot.waitUntil(lambda: controller.playback.sounding == before.front_track.corners[3])
    assert controller.palettes.cells[-1][-1] == before.front_track.corners[3]


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda c: c.document.set_parameter("tempo_bpm", 90), m.SetParameter("tempo_bpm", 90.0)),
        (lambda c: c.document.set_parameter("swing", 0.6), m.SetParameter("swing", 0.6)),
        (lambda c: c.document.set_parameter("groove_amount", 0.5), m.SetParameter("groove_amount", 0.5)),
        (lambda c: c.document.set_parameter("volume", 0.25), m.SetParameter("volume", 0.25)),
        (lambda c: c.tracks.set_sound(128, 25), m.SetTrack(replace(DRUMS, program=25))),
        (lambda c: c.devices.set_font("/x.sf2"), m.LoadFont(Path("/x.sf2"))),
        (lambda c: c.devices.set_audio(False), m.SetAudio(False)),
        (lambda c: c.document.set_track_parameter("channel", 3), m.SetTrack(replace(DRUMS, channel=3))),
        (lambda c: c.devices.set_latency(9), m.SetLatency(0.5)),
        (lambda c: c.devices.open_virtual_port(), m.OpenVirtualPort("Loopweave")),
        (lambda c: c.playback.preview_hit(1, 90), m.Preview("drums", Note(0, 38, 90, 0.5, voice=1))),
        (lambda c: c.playback.panic(), m.Panic()),
    ],
)
def test_edits_reach_the_engine(
    controller: Controller, engine, edit: Callable[[Controller], None], expected: m.Command
) -> None:
    engine.commands.clear()
    edit(controller)
    assert engine.commands == [expected]


def test_mix_reaches_the_engine(controller: Controller, engine) -> None:
    controller.tracks.set_voice_mix(1, m.VoiceMix(mute=True, solo=False, volume=0.5))
    assert engine.sent(m.SetMix)[-1].voices[1] == m.VoiceMix(True, False, 0.5)


# -- model ------------------------------------------------------------------------------------------


def test_stored_palette_sounds_until_the_model_is_there(make_controller, model, qtbot: QtBot, stored) -> None:
    gate = threading.Event()

    def load(name: str) -> object:
        assert gate.wait(60)
        return model

    controller = make_controller(load_model=load, load_stored=lambda _kind: stored)
    controller.start()
    qtbot.waitUntil(lambda: controller.playback.sounding == stored.loop)
    assert controller.devices.status.model_state is ModelState.LOADING
    assert controller.palettes.accuracy is None
    gate.set()
    qtbot.waitUntil(
        lambda: controller.palettes.accuracy == (1.0,) * 4 and controller.playback.sounding != stored.loop
    )
    qtbot.waitUntil(lambda: controller.devices.status.model_state is ModelState.READY)


def test_dice_wait_for_the_model(make_controller, model, qtbot: QtBot, loop_of) -> None:
    gate = threading.Event()

    def load(name: str) -> object:
        assert gate.wait(60)
        return model

    controller = make_controller(load_model=load)
    controller.dice._make_seed = lambda: 7
    controller.start()
    controller.dice.roll(2)
    controller.dice.roll(1)
    gate.set()
    qtbot.waitUntil(
        lambda: (
            controller.document.session.front_track.corners[1]
            == controller.document.session.front_track.corners[2]
            == loop_of(7)
        )
    )
    assert controller.document.session.front_track.corner_names[1] == "Dice 7"
    controller.document.undo_stack.undo()
    controller.document.undo_stack.undo()
    assert controller.document.session.front_track.corners == default_corners()


def test_dice_that_fall_during_a_drag_are_a_step_of_their_own(controller: Controller, qtbot: QtBot) -> None:
    controller.document.begin_gesture("Move puck")
    controller.place.move_puck(0.1, 0.1)
    controller.dice.roll(1)
    qtbot.waitUntil(lambda: controller.document.session.front_track.corner_names[1].startswith("Dice"))
    controller.document.end_gesture()
    controller.document.undo_stack.undo()
    assert controller.document.session.front_track.puck == (0.1, 0.1)
    assert not controller.document.session.front_track.corner_names[1].startswith("Dice")


def test_vary_changes_a_little_and_can_be_undone(controller: Controller, qtbot: QtBot) -> None:
    before = controller.document.session.front_track.corners[0]
    controller.dice._make_seed = lambda: 3
    controller.dice.vary(0, 0.5)
    qtbot.waitUntil(lambda: controller.document.session.front_track.corners[0] != before)
    assert controller.document.session.front_track.corners[0] == before.with_hit(3, 7, 51)
    assert controller.document.session.front_track.corner_names[0] == "Boom Bap (varied)"


def test_without_a_model_the_instrument_goes_on(make_controller, qtbot: QtBot, stored, engine) -> None:
    def fail(name: str) -> object:
        raise ModelError(f"The model {name} is missing.")

    controller = make_controller(load_model=fail, load_stored=lambda _kind: stored)
    with qtbot.waitSignal(controller.messages.messageShown) as shown:
        controller.start()
    assert "drums-2bar is missing" in shown.args[1]
    qtbot.waitUntil(lambda: controller.playback.sounding == stored.loop)
    controller.corners.clear(3)  # not the stored palette's corners any more
    controller.place.move_puck(0.0, 0.0)
    qtbot.waitUntil(
        lambda: controller.playback.sounding == controller.document.session.front_track.corners[0]
    )
    assert controller.devices.status.model_state is ModelState.FAILED
    with qtbot.waitSignal(controller.messages.messageShown) as shown:
        controller.dice.roll(0)
    assert shown.args[0] == "warning"


def test_a_failing_model_is_reported_and_replaced(controller: Controller, model, qtbot, monkeypatch) -> None:
    def fail(corners: object, refine: bool, constraints: object, wander: float) -> object:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(model, "make_palette", fail)
    with qtbot.waitSignal(controller.messages.messageShown) as shown:
        controller.corners.use_preset(0, PRESETS[10])
    assert shown.args[0] == "error"
    assert "out of memory" in shown.args[1]
    qtbot.waitUntil(lambda: controller.palettes.cells[0][0] == PRESETS[10].loop)


# -- files ------------------------------------------------------------------------------------------


def test_open_another_models_session_gives_a_message(
    controller: Controller, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "old.blend.json"
    save_session(path, Session(models=(("drums-2bar", "other"),), tempo_bpm=99.0))
    with qtbot.waitSignal(controller.messages.messageShown) as shown:
        assert controller.files.open(path)
    assert "another version of the model" in shown.args[1]
    assert controller.document.session.tempo_bpm == 99.0


def test_saved_session_carries_the_models_hash(controller: Controller, tmp_path: Path) -> None:
    assert controller.files.save(tmp_path / "mine")
    assert load_session(tmp_path / "mine.blend.json").models == (
        ("drums-2bar", "f00d"),
        ("melody-2bar", "cafe"),
    )


def test_export_of_cell_grid_and_path(controller: Controller, tmp_path: Path, qtbot: QtBot) -> None:
    assert controller.exchange.export_cell(tmp_path / "cell", 0, 0)
    assert (
        read_drum_loop(tmp_path / "cell.mid").hits.tolist() == controller.palettes.cells[0][0].hits.tolist()
    )
    controller.place.set_grid(3, 4)
    qtbot.waitUntil(lambda: len(controller.palettes.cells) == 3)
    assert controller.exchange.export_grid(tmp_path / "grid.mid")
    assert len(read_midi(tmp_path / "grid.mid").markers) == 12
    assert not controller.exchange.export_path(tmp_path / "path.mid")
    controller.place.set_path(SQUARE)
    with qtbot.waitSignal(
        controller.messages.messageShown, check_params_cb=lambda level, _text: level == "info"
    ):
        assert controller.exchange.export_path(tmp_path / "path.mid")
    assert (tmp_path / "path.mid").is_file()


def test_export_as_sound_goes_on_beside_the_window(
    controller: Controller, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = []

    def render(tracks, path, midi, style) -> None:
        (track,) = tracks
        notes, kit = track.sections[0].notes, track.settings.program
        rendered.append((notes, midi.tempo_bpm, kit, style.loop, threading.current_thread()))
        if path.name == "broken.wav":
            raise FontError("no font here")

    monkeypatch.setattr(engine_render, "render_band", render)
    controller.tracks.set_sound(128, 25)
    told: list[tuple[str, str]] = []
    controller.messages.messageShown.connect(lambda level, text: told.append((level, text)))
    assert controller.exchange.export_cell(tmp_path / "cell.wav")
    qtbot.waitUntil(lambda: ("info", "cell.wav is written.") in told)
    notes, tempo, kit, loop, thread = rendered[0]
    assert (notes, tempo, kit, loop) == (controller.playback.sounding.to_notes(), 110.0, 25, True)
    assert thread is not threading.main_thread()
    assert controller.exchange.export_cell(tmp_path / "broken.wav")
    qtbot.waitUntil(lambda: ("error", "no font here") in told)


def test_export_into_a_missing_folder_gives_a_message(
    controller: Controller, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(controller.messages.messageShown) as shown:
        assert not controller.exchange.export_grid(tmp_path / "nowhere" / "grid.mid")
    assert shown.args[0] == "error"


def test_import_brings_what_export_wrote(controller: Controller, tmp_path: Path) -> None:
    loop = controller.document.session.front_track.corners[1]
    assert controller.exchange.export_loop(tmp_path / "house.mid", loop, TrackKind.DRUMS)
    assert controller.exchange.import_corner(0, tmp_path / "house.mid")
    assert controller.document.session.front_track.corners[0].hits.tolist() == loop.hits.tolist()
    assert controller.document.session.front_track.corner_names[0] == "house"


def test_import_of_a_broken_file_changes_nothing(
    controller: Controller, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "broken.mid").write_bytes(b"no music")
    before = controller.document.session
    with qtbot.waitSignal(controller.messages.messageShown) as shown:
        assert not controller.exchange.import_corner(0, tmp_path / "broken.mid")
    assert shown.args[0] == "error"
    assert controller.document.session == before
    assert controller.document.undo_stack.count() == 0


def test_once_path_stays_on_its_end(controller: Controller, engine, clock, qtbot: QtBot) -> None:
    path = DrawnPath(((0.0, 0.0), (1.0, 0.0)), bars=2, mode=PathMode.ONCE, closed=False, playing=True)
    controller.place.set_path(path)
    qtbot.waitUntil(lambda: last_pattern(engine).pattern.loop_from_step == 32)
    controller.playback.play()
    qtbot.waitUntil(lambda: controller.playback.playing)
    clock.now_s += 1000 * 0.125
    assert controller.playback.path_position(clock.now_s) == pytest.approx(position_at(path, 32.0))
    qtbot.waitUntil(
        lambda: same_hits(controller.playback.sounding, controller.document.session.front_track.corners[1])
    )


def test_empty_loops_are_fine(controller: Controller, engine, qtbot: QtBot) -> None:
    for index in range(4):
        controller.corners.clear(index)
    qtbot.waitUntil(lambda: controller.playback.sounding == DrumLoop.empty())
    assert last_pattern(engine).pattern.notes == ()


def test_a_window_that_stalls_delays_no_change_of_sound(controller: Controller, engine) -> None:
    before = len(engine.sent(m.SetPattern))
    controller.place.move_puck(1.0, 0.0)
    deadline = time.monotonic() + 60.0  # in which no event of the window is handled
    while len(engine.sent(m.SetPattern)) == before and time.monotonic() < deadline:
        time.sleep(0.001)
    corner = controller.document.session.front_track.corners[1]
    assert last_pattern(engine).pattern.notes == corner.to_notes()
