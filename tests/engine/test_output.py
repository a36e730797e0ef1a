"""The queue before an output, and the transport."""

from __future__ import annotations

import threading

import pytest

from blender_app.core.notes import Note
from blender_app.engine.clock import MonotonicClock, OfflineClock
from blender_app.engine.output import NoteQueue, RecordingOutput, Routing
from blender_app.engine.transport import START_DELAY_S, Transport

NOTE = Note(0, 40, 100, voice=2)


def told(output):
    return [(event.time_s, event.key, event.velocity) for event in output.events]


def test_note_repeated_on_its_key_ends_the_earlier_one_once():
    queue = NoteQueue(RecordingOutput(), Routing())
    queue.add(NOTE, 90, 1.0, 2.0)
    queue.add(NOTE, 80, 1.5, 2.5)
    queue.dispatch(3.0)
    assert told(queue.output) == [(1.0, 40, 90), (1.5, 40, 0), (1.5, 40, 80), (2.5, 40, 0)]


def test_end_and_beginning_at_one_moment_come_in_this_order():
    queue = NoteQueue(RecordingOutput(), Routing())
    queue.add(NOTE, 90, 1.0, 1.5)
    queue.add(NOTE, 80, 1.5, 2.0)
    queue.dispatch(3.0)
    assert [velocity for _, _, velocity in told(queue.output)] == [90, 0, 80, 0]


def test_drums_ring_and_melodies_do_not():
    queue = NoteQueue(RecordingOutput(drums_ring_s=1.0), Routing())
    queue.add(NOTE, 90, 1.0, 1.1)
    queue.add(Note(0, 70, 100), 80, 1.0, 1.1)
    queue.dispatch(3.0)
    assert told(queue.output)[2:] == [(1.1, 70, 0), (2.0, 40, 0)]


def test_lateness_is_measured():
    queue = NoteQueue(RecordingOutput(), Routing())
    queue.add(NOTE, 90, 1.0, 1.1)
    queue.add(NOTE, 90, 2.0, 2.1)
    queue.dispatch(1.001)
    queue.dispatch(2.005)
    assert queue.late_events == 1
    assert queue.take_worst_lateness_s() == pytest.approx(0.005)
    assert queue.take_worst_lateness_s() == 0.0


def test_map_gives_the_key_of_a_voice_and_leaves_melodies():
    routing = Routing(9, (60, 61, 62))
    assert routing.key(NOTE) == 62
    assert routing.key(Note(0, 40, 100)) == 40
    assert routing.key(Note(0, 40, 100, voice=7)) == 40


def test_transport_that_has_not_begun_keeps_its_beginning():
    transport = Transport(0.0)
    transport.play(1.0)
    transport.set_tempo(1.01, 60.0)
    assert transport.timeline.anchor_s == 1.0 + START_DELAY_S
    assert transport.timeline.anchor_step == 0.0
    transport.set_swing(3.0, 0.75)
    assert transport.timeline.swing == 0.75
    assert transport.timeline.seconds_at(transport.timeline.step_at(5.0)) == pytest.approx(5.0)


def test_clocks_keep_their_word():
    clock = MonotonicClock()
    end_s = clock.now() + 0.01
    clock.wait_until(end_s, threading.Event())
    assert clock.now() >= end_s
    wake = threading.Event()
    wake.set()
    clock.wait_until(clock.now() + 60.0, wake)  # returns at once
    offline = OfflineClock(5.0)
    offline.wait_until(4.0, wake)
    assert offline.now() == 5.0
