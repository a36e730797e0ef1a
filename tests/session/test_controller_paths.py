"""A drawn path, played by the controller with an engine that records."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from blender_app.core.drums import DrumLoop
from blender_app.core.smf import read_midi
from blender_app.engine import messages as m
from blender_app.session.controller import Controller
from blender_app.session.session import DrawnPath, PathMode

SQUARE = DrawnPath(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), bars=4)


def move_node(controller: Controller, index: int, x: float, y: float) -> None:
    path = controller.document.session.front_track.path
    nodes = (*path.nodes[:index], (x, y), *path.nodes[index + 1 :])
    controller.place.set_path(replace(path, nodes=nodes))


def last_pattern(engine) -> m.SetPattern:
    return [command for command in engine.sent(m.SetPattern) if command.track == "drums"][-1]


def same_hits(one: DrumLoop, other: DrumLoop) -> bool:
    return bool((one.hits == other.hits).all())


def test_path_is_one_long_pattern_of_the_loops_on_its_way(
    controller: Controller, engine, qtbot: QtBot
) -> None:
    controller.place.set_path(SQUARE)
    controller.place.play_path(True)
    qtbot.waitUntil(lambda: last_pattern(engine).pattern.length_steps == 64)
    pattern = last_pattern(engine).pattern
    assert (pattern.loop_from_step, pattern.anchor_step) == (0, 0)
    first_row = [note.voice for note in pattern.notes if note.step == 0]
    assert first_row == list(np.flatnonzero(controller.document.session.front_track.corners[0].hits[0]))
    quarter = [note.voice for note in pattern.notes if note.step == 16]
    assert quarter == list(np.flatnonzero(controller.document.session.front_track.corners[1].hits[16]))


def test_bead_and_sounding_loop_follow_the_engines_clock(
    controller: Controller, engine, clock, qtbot: QtBot
) -> None:
    assert controller.playback.path_position(clock.now_s) is None
    controller.place.set_path(SQUARE)
    controller.place.play_path(True)
    qtbot.waitUntil(lambda: last_pattern(engine).pattern.length_steps == 64)
    controller.playback.play()
    qtbot.waitUntil(lambda: controller.playback.playing)
    clock.now_s = 100.0 + 16 * 0.125  # a quarter of the lap at 120 beats a minute
    assert controller.playback.path_position(clock.now_s) == pytest.approx((1.0, 0.0), abs=1e-6)
    qtbot.waitUntil(
        lambda: same_hits(controller.playback.sounding, controller.document.session.front_track.corners[1])
    )
    assert controller.playback.playhead_step(clock.now_s) == pytest.approx(16.0)


def test_path_begins_at_the_next_boundary_and_at_zero_after_a_stop(
    controller: Controller, engine, clock, qtbot: QtBot
) -> None:
    controller.band.set_change_at(m.ChangeAt.BAR)
    controller.playback.play()
    qtbot.waitUntil(lambda: controller.playback.playing)
    clock.now_s += 20 * 0.125
    controller.place.set_path(SQUARE)
    controller.place.play_path(True)
    qtbot.waitUntil(lambda: last_pattern(engine).pattern.length_steps == 64)
    pattern = last_pattern(engine).pattern
    assert pattern.anchor_step == 32
    assert pattern.step_of(32) == 0
    controller.playback.stop()
    qtbot.waitUntil(lambda: last_pattern(engine).pattern.anchor_step == 0)


def test_play_right_after_stop_begins_the_path_at_zero(
    controller: Controller, engine, clock, qtbot: QtBot
) -> None:
    controller.playback.play()
    qtbot.waitUntil(lambda: controller.playback.playing)
    clock.now_s += 20 * 0.125
    controller.place.set_path(SQUARE)
    controller.place.play_path(True)
    qtbot.waitUntil(lambda: last_pattern(engine).pattern.anchor_step == 21)
    controller.playback.stop()
    controller.playback.play()
    qtbot.waitUntil(lambda: last_pattern(engine).pattern.anchor_step == 0)


def test_a_path_drawn_after_one_that_has_ended_begins_at_its_beginning(
    controller: Controller, engine, clock, qtbot: QtBot
) -> None:
    controller.playback.play()
    qtbot.waitUntil(lambda: controller.playback.playing)
    controller.place.set_path(replace(SQUARE, mode=PathMode.ONCE))
    controller.place.play_path(True)
    qtbot.waitUntil(lambda: controller._link.sounding_path("drums") is not None)
    clock.now_s += 70 * 0.125
    controller.place.draw_path([(0.1, 0.1), (0.9, 0.9)])
    qtbot.waitUntil(lambda: last_pattern(engine).pattern.anchor_step == 71)
    clock.now_s += 70 * 0.125
    serial = last_pattern(engine).pattern.serial
    move_node(controller, 1, 0.5, 0.5)
    qtbot.waitUntil(lambda: last_pattern(engine).pattern.serial > serial)
    assert last_pattern(engine).pattern.anchor_step == 71


def test_a_path_is_heard_while_its_node_is_dragged_without_pause(
    controller: Controller, engine, model, monkeypatch, qtbot: QtBot
) -> None:
    controller.place.set_path(replace(SQUARE, playing=True))
    qtbot.waitUntil(lambda: controller._link.sounding_path("drums") is not None)
    serial = last_pattern(engine).pattern.serial
    asked = controller._worker.pathReady

    def move(_result: object) -> None:
        x = controller.document.session.front_track.path.nodes[2][0]
        move_node(controller, 2, x - 0.001, 0.5)  # each answer finds another path

    asked.connect(move)
    controller._worker.pathReady.disconnect(controller.playback._on_worker_pathReady)
    controller._worker.pathReady.connect(controller.playback._on_worker_pathReady)  # after the hand
    move(None)
    qtbot.waitUntil(lambda: last_pattern(engine).pattern.serial > serial + 3)
    asked.disconnect(move)


def test_export_is_of_the_path_as_it_was_asked_for(
    controller: Controller, model, qtbot: QtBot, tmp_path: Path
) -> None:
    model.gate.clear()
    controller.corners.clear(3)  # keeps the worker busy until the gate opens
    for bars in (1, 2, 3):
        controller.place.set_path(replace(SQUARE, bars=bars, playing=True))
        controller.exchange.export_path(tmp_path / f"{bars}.mid")
    controller.place.set_path(replace(SQUARE, bars=4, playing=True))
    model.gate.set()
    qtbot.waitUntil(lambda: len(list(tmp_path.glob("*.mid"))) == 3)
    ticks = [read_midi(tmp_path / f"{bars}.mid").end_tick for bars in (1, 2, 3)]
    assert [tick / 1920 for tick in ticks] == [2, 2, 6]  # whole loops


def test_moving_a_node_while_playing_keeps_the_lap(
    controller: Controller, engine, clock, qtbot: QtBot
) -> None:
    controller.playback.play()
    qtbot.waitUntil(lambda: controller.playback.playing)
    clock.now_s += 7 * 0.125
    controller.place.set_path(SQUARE)
    controller.place.play_path(True)
    qtbot.waitUntil(lambda: controller._link.sounding_path("drums") is not None)
    assert last_pattern(engine).pattern.anchor_step == 8
    clock.now_s += 30 * 0.125
    serial = last_pattern(engine).pattern.serial
    move_node(controller, 2, 0.5, 0.5)
    qtbot.waitUntil(lambda: last_pattern(engine).pattern.serial > serial)
    assert last_pattern(engine).pattern.anchor_step == 8


def test_touching_the_puck_takes_over_from_the_path(controller: Controller, qtbot: QtBot) -> None:
    controller.place.set_path(SQUARE)
    controller.place.play_path(True)
    controller.place.move_puck(1.0, 1.0)
    assert controller.document.session.front_track.path is not None
    assert not controller.document.session.front_track.path.playing
    qtbot.waitUntil(
        lambda: controller.playback.sounding == controller.document.session.front_track.corners[3]
    )
    controller.document.undo_stack.undo()
    assert controller.document.session.front_track.path_plays
