"""What was sent for a track, what of it sounds, and what comes next."""

from __future__ import annotations

import pytest

from blender_app.core.drums import DrumLoop
from blender_app.session.path import PathPlan
from blender_app.session.played import PlayedLoop, PlayedPath, PlayedTrack
from blender_app.session.session import DrawnPath, PathMode, Source

LOOPS = tuple(DrumLoop.empty().with_hit(0, 0, mark) for mark in range(1, 18))
ONE, TWO, THREE = (PlayedLoop(loop) for loop in LOOPS[:3])
LINE = DrawnPath(((0.0, 0.0), (1.0, 1.0)), bars=1, playing=True)


@pytest.fixture
def track() -> PlayedTrack:
    return PlayedTrack()


def test_what_does_not_wait_sounds_at_once(track: PlayedTrack) -> None:
    assert (track.sounding, track.waiting, track.loop) == (None, None, None)
    assert not track.follow(0.0)
    track.send(1, ONE, waits=True)
    track.send(2, TWO, waits=False)
    assert (track.sounding, track.waiting) == (TWO, None)


def test_what_waits_sounds_when_the_engine_says_so(track: PlayedTrack) -> None:
    track.send(1, ONE, waits=False)
    track.send(2, TWO, waits=True)
    track.send(3, THREE, waits=True)
    assert (track.sounding, track.waiting) == (ONE, THREE)
    assert track.start(2)
    assert (track.sounding, track.waiting) == (TWO, THREE)
    assert not track.start(1)  # it is over
    assert track.start(2)
    assert track.start(3)
    assert (track.sounding, track.waiting) == (THREE, None)
    assert not track.start(4)
    assert track.sounding == THREE


def test_only_what_is_not_the_last_sent_is_needed(track: PlayedTrack) -> None:
    assert track.needs(ONE)
    track.send(1, ONE, waits=False)
    assert not track.needs(ONE)
    assert track.needs(TWO)
    track.send(2, TWO, waits=True)
    assert not track.needs(TWO)
    assert track.needs(ONE)  # it sounds, but something else comes next
    track.forget()
    assert track.needs(TWO)
    assert (track.sounding, track.waiting) == (None, None)


def test_another_loop_is_told_once(track: PlayedTrack) -> None:
    track.send(1, ONE, waits=False)
    assert track.follow(0.0)
    assert track.loop is LOOPS[0]
    assert not track.follow(1.0)
    track.send(2, PlayedLoop(DrumLoop.empty().with_hit(0, 0, 1)), waits=False)
    assert not track.follow(2.0)  # it is the same music
    track.send(3, TWO, waits=False)
    assert track.follow(3.0)


def test_a_path_sounds_loop_after_loop_from_its_anchor_on() -> None:
    path = PlayedPath(PathPlan(LINE, 10), LOOPS)
    assert path.source is Source.PALETTE
    at = [LOOPS.index(path.loop_at(step)) for step in (0.0, 9.9, 10.0, 11.9, 25.0, 26.0)]
    assert at == [0, 0, 0, 1, 15, 0]
    once = PlayedPath(PathPlan(DrawnPath(LINE.nodes, 1, PathMode.ONCE), 10), LOOPS)
    assert [LOOPS.index(once.loop_at(step)) for step in (25.0, 26.0, 99.0)] == [15, 16, 16]


def test_rounds_are_as_long_as_what_is_sent() -> None:
    for played in (ONE, PlayedPath(PathPlan(LINE, 10), (*LOOPS[:15], DrumLoop.empty(64)))):
        sent, rounds = played.pattern(7), played.rounds()
        assert (sent.serial, rounds.serial, rounds.notes) == (7, 0, ())
        assert (rounds.length_steps, rounds.loop_from_step) == (sent.length_steps, sent.loop_from_step)
        assert rounds.anchor_step == sent.anchor_step
    assert sent.length_steps == 64
    assert ONE.loop_at(99.0) is LOOPS[0]
