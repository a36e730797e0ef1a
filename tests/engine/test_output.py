"""The queue before an output, and the transport."""

from __future__ import annotations

import threading

import pytest

from blender_app.engine.clock import MonotonicClock, OfflineClock
from blender_app.engine.output import (
    CLICK_CHANNEL,
    MIN_NOTE_S,
    NoteQueue,
    RecordingOutput,
    Sound,
    SynthChannels,
)
from blender_app.engine.transport import START_DELAY_S, Transport


def drum(serial, velocity=90, key=40):
    return Sound(serial, "drums", False, 9, key, velocity)


def tone(serial, key, velocity=90, track="bass", channel=1):
    return Sound(serial, track, True, channel, key, velocity)


def told(output):
    return [(event.time_s, event.key, event.velocity) for event in output.events]


def test_note_repeated_on_its_key_ends_the_earlier_one_once():
    queue = NoteQueue(RecordingOutput())
    queue.add(drum(1, 90), 1.0, 2.0)
    queue.add(drum(2, 80), 1.5, 2.5)
    queue.dispatch(3.0)
    assert told(queue.output) == [(1.0, 40, 90), (1.5, 40, 0), (1.5, 40, 80), (2.5, 40, 0)]


def test_end_and_beginning_at_one_moment_come_in_this_order():
    queue = NoteQueue(RecordingOutput())
    queue.add(drum(1, 90), 1.0, 1.5)
    queue.add(drum(2, 80), 1.5, 2.0)
    queue.dispatch(3.0)
    assert [velocity for _, _, velocity in told(queue.output)] == [90, 0, 80, 0]


def test_drums_ring_and_melodies_do_not():
    queue = NoteQueue(RecordingOutput(drums_ring_s=1.0))
    queue.add(drum(1), 1.0, 1.1)
    queue.add(tone(2, 70, 80), 1.0, 1.1)
    queue.dispatch(3.0)
    assert told(queue.output)[2:] == [(1.1, 70, 0), (2.0, 40, 0)]


def test_track_of_one_note_ends_the_one_before_exactly_when_the_next_starts():
    queue = NoteQueue(RecordingOutput())
    queue.add(tone(1, 40), 1.0)
    queue.add(tone(2, 47), 1.25, 2.0)
    queue.end(1, 1.5)  # too late: it has ended
    queue.dispatch(3.0)
    assert told(queue.output) == [(1.0, 40, 90), (1.25, 40, 0), (1.25, 47, 90), (2.0, 47, 0)]


def test_tracks_of_one_note_do_not_end_each_other():
    queue = NoteQueue(RecordingOutput())
    queue.add(tone(1, 40), 1.0, 3.0)
    queue.add(tone(2, 72, track="melody", channel=2), 1.5, 2.0)
    queue.dispatch(5.0)
    assert told(queue.output) == [(1.0, 40, 90), (1.5, 72, 90), (2.0, 72, 0), (3.0, 40, 0)]


def test_two_tracks_on_one_key_leave_nothing_behind():
    queue = NoteQueue(RecordingOutput())
    queue.add(tone(1, 40), 1.0)
    queue.add(tone(2, 40, 80, track="melody"), 1.5, 1.75)
    queue.end(1, 2.0)
    queue.add(tone(3, 45), 2.5, 3.0)
    queue.dispatch(5.0)
    assert told(queue.output) == [
        (1.0, 40, 90),
        (1.5, 40, 0),
        (1.5, 40, 80),
        (1.75, 40, 0),
        (2.5, 45, 90),
        (3.0, 45, 0),
    ]


def test_output_that_is_told_before_gets_an_end_after_its_beginning():
    queue = NoteQueue(RecordingOutput(lead_s=0.03))
    queue.add(tone(1, 40), 1.02)
    queue.dispatch(1.0)  # it sounds in 20 ms
    queue.add(tone(2, 45), 1.0, 1.5)  # by hand, at once
    queue.dispatch(1.0)
    assert told(queue.output) == [(1.02, 40, 90), (1.02 + MIN_NOTE_S, 40, 0), (1.02 + MIN_NOTE_S, 45, 90)]
    queue.end_track("bass", 1.0)
    assert told(queue.output)[3:] == [(pytest.approx(1.02 + 2 * MIN_NOTE_S), 45, 0)]


def test_end_of_a_track_forgets_what_waits_of_it_alone():
    queue = NoteQueue(RecordingOutput())
    queue.add(tone(1, 40), 1.0)
    queue.add(tone(2, 45), 2.0)
    queue.add(drum(3), 2.0, 2.5)
    queue.dispatch(1.0)
    queue.end_track("bass", 1.5)
    queue.dispatch(3.0)
    assert told(queue.output) == [(1.0, 40, 90), (1.5, 40, 0), (2.0, 40, 90), (2.5, 40, 0)]
    assert not queue.sounding


def test_channels_are_kept_and_given_back():
    channels = SynthChannels()
    assert [channels.take(name) for name in ("drums", "bass", "melody", "bass")] == [0, 1, 2, 1]
    channels.free("bass")
    assert [channels.take(name) for name in ("melody 2", "bass")] == [1, 3]
    assert CLICK_CHANNEL not in {channels.take(str(number)) for number in range(40)}


def test_lateness_is_measured():
    queue = NoteQueue(RecordingOutput())
    queue.add(drum(1), 1.0, 1.1)
    queue.add(drum(2), 2.0, 2.1)
    queue.dispatch(1.001)
    queue.dispatch(2.005)
    assert queue.late_events == 1
    assert queue.take_worst_lateness_s() == pytest.approx(0.005)
    assert queue.take_worst_lateness_s() == 0.0


def test_transport_that_has_not_begun_keeps_its_beginning():
    transport = Transport(0.0)
    transport.play(1.0)
    transport.retime(1.01, tempo_bpm=60.0)
    assert transport.timeline.anchor_s == 1.0 + START_DELAY_S
    assert transport.timeline.anchor_step == 0.0
    transport.retime(3.0, swing=0.75)
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
