"""Playback by itself: what is sent when the hand, the worker or the engine has something new."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blender_app.core.drums import DrumLoop
from blender_app.core.time import Timeline
from blender_app.engine import messages as m
from blender_app.session.devices import Devices
from blender_app.session.engine_link import EngineLink
from blender_app.session.morphing import swapped
from blender_app.session.palettes import Palettes
from blender_app.session.path import PathPlan
from blender_app.session.playback import Playback
from blender_app.session.requests import DecodeTarget, LoopRequest, LoopResult, PathRequest, PathResult
from blender_app.session.session import DrawnPath, Source
from blender_app.session.settings import Settings

DRUMS, MORPH = DecodeTarget("drums"), DecodeTarget("drums", Source.MORPH)
LINE = DrawnPath(((0.0, 0.0), (1.0, 0.0)), bars=2, closed=False, playing=True)
PLAYING = m.TransportChanged(True, Timeline(100.0, 0.0, 120.0))
LOOPS = tuple(DrumLoop.empty().with_hit(0, 0, 1 + mark % 100) for mark in range(256))


@pytest.fixture
def devices(editor, engine, worker, clock, tmp_path, qtbot):
    link = EngineLink(lambda: engine, clock)
    palettes = Palettes(editor.document, worker, editor.messages)
    settings = Settings(tmp_path / "settings.ini")
    devices = Devices(editor.document, link, palettes, settings, editor.messages, clock)
    yield devices
    devices.close()


@pytest.fixture
def playback(editor, worker, devices: Devices) -> Playback:
    playback = Playback(editor.document, devices._link, worker, devices)
    devices.start(opened=False)
    return playback


@pytest.fixture
def told(playback: Playback) -> list[str]:
    names: list[str] = []
    playback.transportChanged.connect(lambda: names.append("transport"))
    playback.soundingChanged.connect(names.append)
    return names


def hear(devices: Devices, engine, *events: m.Event) -> None:
    engine.events.extend(events)
    devices._on_poll_timer_timeout()


def walk(worker, path: DrawnPath = LINE, target: DecodeTarget = DRUMS, **rest: object) -> None:
    """Let the worker answer with the loops of a path."""
    plan = PathPlan(path)
    request = PathRequest(target, plan, m.ChangeAt.STEP, **rest)
    worker.pathReady.emit(PathResult(request, LOOPS[: len(plan.points())]))


# -- the transport ----------------------------------------------------------------------------------


def test_the_transport_is_the_engines(playback: Playback, devices, engine) -> None:
    for act, command in (
        (playback.play, m.Play(0)),
        (lambda: playback.play(2), m.Play(2)),
        (playback.stop, m.Stop()),
        (playback.panic, m.Panic()),
        (playback.toggle_play, m.Play(0)),
        (lambda: playback.set_metronome(False), m.SetMetronome(False)),
    ):
        act()
        assert engine.commands[-1] == command
    assert not playback.playing  # the engine has not said so yet
    hear(devices, engine)
    assert playback.playing
    assert playback.timeline is not None
    playback.toggle_play()
    assert engine.commands[-1] == m.Stop()


def test_a_new_engine_clicks_if_the_old_one_did(playback: Playback, devices: Devices, engine) -> None:
    devices.restart_engine()
    assert engine.sent(m.SetMetronome) == []
    playback.set_metronome(True)
    engine.commands.clear()
    devices.restart_engine()
    assert engine.sent(m.SetMetronome) == [m.SetMetronome(True)]


def test_a_new_engine_plays_on_only_if_the_old_one_played(
    playback: Playback, devices, engine, told, worker
) -> None:
    devices.restart_engine()
    assert engine.sent(m.Play) == []
    assert told == ["transport"]
    assert [request.change_at for request in worker.requests] == [m.ChangeAt.STEP] * 3


def test_what_is_heard_by_itself_is_of_the_track_that_is_meant(playback: Playback, engine) -> None:
    playback.preview_hit(3, 500)
    preview = engine.commands[-1]
    assert (preview.track, preview.note.voice, preview.note.velocity) == ("drums", 3, 127)
    playback.preview_note(60, 90, "bass")
    preview = engine.commands[-1]
    assert (preview.track, preview.note.pitch, preview.note.length_steps) == ("bass", 60, 2.0)
    playback.preview_note(60, 90, "bass", 5.0)
    assert engine.commands[-1].note.length_steps == 5.0


def test_changes_are_told_by_what_they_are(playback: Playback, devices, engine, told, worker) -> None:
    hear(devices, engine, m.Stats(0, 0.0, 0.0))
    assert told == []
    hear(devices, engine, PLAYING)
    assert told == ["transport"]
    worker.loopReady.emit(LoopResult(LoopRequest(DRUMS, (0.0, 0.0)), LOOPS[0]))
    assert told == ["transport", "drums"]
    worker.loopReady.emit(LoopResult(LoopRequest(DRUMS, (0.0, 0.0)), LOOPS[0]))
    assert told == ["transport", "drums"]  # it is the same
    assert playback.waiting == LOOPS[0]
    assert playback.sounding == DrumLoop.empty()
    hear(devices, engine)
    assert told == ["transport", "drums", "drums"]
    assert (playback.sounding, playback.waiting) == (LOOPS[0], None)
    assert playback.sounding_of("bass").to_notes() == ()
    assert playback.playhead_step(101.0) == 8.0
    assert playback.playhead_step(105.0) == 40.0


# -- what is asked ----------------------------------------------------------------------------------


def test_after_the_end_nothing_is_played_or_asked(playback, devices, editor, engine, worker) -> None:
    devices.close()
    engine.commands.clear()
    worker.loopReady.emit(LoopResult(LoopRequest(DRUMS, (0.0, 0.0)), LOOPS[0]))
    assert engine.commands == []


def test_a_path_that_was_let_go_is_not_played(playback, editor, engine, worker) -> None:
    walk(worker)
    assert engine.sent(m.SetPattern) == []
    editor.place.set_path(replace(LINE, playing=False))
    walk(worker)
    assert engine.sent(m.SetPattern) == []
    editor.place.play_path(True)
    walk(worker, target=MORPH)
    walk(worker, target=DecodeTarget("gong"))
    assert engine.sent(m.SetPattern) == []
    walk(worker)
    assert len(engine.sent(m.SetPattern)) == 1


# -- paths and sweeps -------------------------------------------------------------------------------


def test_a_path_is_where_the_transport_is(playback, devices, editor, engine, worker, clock) -> None:
    assert playback.path_position(100.0) is None
    editor.place.set_path(LINE)
    assert playback.path_position(100.0) == (0.0, 0.0)
    hear(devices, engine, PLAYING)
    assert playback.path_position(101.0) == (0.0, 0.0)  # nothing of it was sent
    hear(devices, engine, m.TransportChanged(False, PLAYING.timeline))
    walk(worker)
    assert playback.path_position(101.0) == (0.0, 0.0)
    hear(devices, engine, PLAYING)
    assert playback.path_position(101.0) == pytest.approx((0.25, 0.0))
    assert playback.path_position(99.0) == (0.0, 0.0)
    assert playback.path_position(101.0, "bass") is None


def test_a_sweep_is_where_its_slider_is_until_it_plays(playback, devices, editor, engine, worker) -> None:
    editor.place.set_path(LINE)
    walk(worker)
    hear(devices, engine, PLAYING)
    editor.morph.set_source(Source.MORPH)
    sweep = replace(editor.document.track().morph, sweeping=True, sweep_bars=1, position=0.5)
    editor.morph.put(sweep, "Sweep")
    assert playback.path_position(101.0) == (0.5, 0.0)  # the palette's path sounds still
    walk(worker, sweep.sweep, MORPH)
    hear(devices, engine)
    anchor = engine.sent(m.SetPattern)[-1].pattern.anchor_step
    assert anchor == 1 - 8  # from the next step on, from its middle
    assert playback.path_position(100.125) == pytest.approx((0.5, 0.0))
    assert playback.path_position(100.625) == pytest.approx((0.75, 0.0))


def test_a_stopped_path_begins_at_its_beginning_again(
    playback, devices, editor, engine, worker, clock
) -> None:
    hear(devices, engine, PLAYING)
    clock.now_s = 101.0
    editor.place.set_path(LINE)
    walk(worker)
    hear(devices, engine)
    assert engine.sent(m.SetPattern)[-1].pattern.anchor_step == 9
    assert playback.pattern_from_start("drums").anchor_step == 0
    assert playback.pattern_from_start("bass") is None
    hear(devices, engine, m.TransportChanged(False, PLAYING.timeline))
    sent = engine.sent(m.SetPattern)[-1]
    assert (sent.pattern.anchor_step, sent.change_at) == (0, m.ChangeAt.STEP)
    assert playback.pattern_from_start("drums").serial == 0


def test_a_sweep_that_is_turned_goes_on_from_the_other_side_once(
    playback, devices, editor, engine, worker, clock
) -> None:
    editor.morph.set_source(Source.MORPH)
    sweep = replace(editor.document.track().morph, sweeping=True, sweep_bars=1)
    editor.morph.put(sweep, "Sweep")
    walk(worker, sweep.sweep, MORPH)
    hear(devices, engine, PLAYING)
    before = editor.document.track()
    for anchor in (-16, -32):
        editor.morph.put(swapped(editor.document.track().morph), "Swap")
        playback.follow_track(before, editor.document.track())
        before = editor.document.track()
        walk(worker, before.morph.sweep, MORPH)
        walk(worker, before.morph.sweep, MORPH)
        hear(devices, engine)
        assert engine.sent(m.SetPattern)[-1].pattern.anchor_step == anchor
    turned = swapped(before.morph)
    for morph in (turned, before.morph):  # there and back before anything is decoded
        editor.morph.put(morph, "Swap")
        playback.follow_track(before, editor.document.track())
        before = editor.document.track()
    walk(worker, before.morph.sweep, MORPH)
    assert engine.sent(m.SetPattern)[-1].pattern.anchor_step == -32


def test_a_track_that_is_forgotten_is_turned_no_more(playback, devices, editor, engine, worker) -> None:
    editor.morph.set_source(Source.MORPH)
    sweep = replace(editor.document.track().morph, sweeping=True, sweep_bars=1)
    editor.morph.put(sweep, "Sweep")
    before = editor.document.track()
    editor.morph.put(swapped(sweep), "Swap")
    playback.follow_track(before, editor.document.track())
    playback.forget("drums")
    assert engine.commands[-1] == m.RemoveTrack("drums")
    hear(devices, engine, PLAYING)
    walk(worker, sweep.sweep, MORPH)
    hear(devices, engine)
    walk(worker, sweep.sweep, MORPH)
    assert engine.sent(m.SetPattern)[-1].pattern.anchor_step == 1 - 16
