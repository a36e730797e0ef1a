"""The engine's heart on a clock turned by hand: every number is exact."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_app.core.drums import VOICE_PITCHES
from blender_app.core.errors import PortError
from blender_app.core.notes import Note, Pattern
from blender_app.engine import messages as m
from blender_app.engine.output import MIDI, RecordingOutput
from blender_app.engine.transport import START_DELAY_S

from .conftest import DRUMS  # noqa: TID252

KICK, SNARE, HAT = 0, 1, 2
STEP_S = 0.125  # at 120 a minute
START_S = 1000.0 + START_DELAY_S


def play(rig, pattern, **settings):
    rig.send(m.SetPattern("drums", pattern), m.Play())


def on_times(output, key=None):
    return [event.time_s for event in output.note_ons if key in (None, event.key)]


def steps(output, voice, step_s=STEP_S):
    return [round((time_s - START_S) / step_s, 6) for time_s in on_times(output, VOICE_PITCHES[voice])]


def test_notes_start_and_end_exactly(rig, pattern):
    play(rig, pattern(1, [(0, KICK), (4, SNARE)]))
    rig.run(1.0)
    assert on_times(rig.port) == pytest.approx([START_S, START_S + 4 * STEP_S])
    offs = [event.time_s for event in rig.port.events if not event.velocity]
    assert offs == pytest.approx([START_S + 0.5 * STEP_S, START_S + 4.5 * STEP_S])


def test_port_is_told_at_the_moment_and_sound_before(rig, pattern):
    play(rig, pattern(1, KICK))
    rig.run(2.0)
    assert rig.sent_s == pytest.approx([event.time_s for event in rig.port.events], abs=2e-6)
    # The port still holds what falls into the last look-ahead.
    ahead = len(rig.sound.note_ons) - len(rig.port.note_ons)
    assert 0 <= ahead <= 1
    assert on_times(rig.sound)[: len(on_times(rig.port))] == pytest.approx(on_times(rig.port))


def test_pattern_repeats(rig, pattern):
    play(rig, pattern(1, [(3, KICK)], length=16))
    rig.run(16 * STEP_S * 3)
    assert steps(rig.port, KICK) == [3, 19, 35]


def test_path_plays_once_and_stays_on_its_last_loop(rig, pattern):
    play(rig, pattern(1, [(0, KICK), (40, SNARE)], length=64, loop_from_step=32))
    rig.run(130 * STEP_S)
    assert steps(rig.port, KICK) == [0]
    assert steps(rig.port, SNARE) == [40, 72, 104]


def test_anchor_moves_the_beginning(rig, pattern):
    play(rig, pattern(1, [(0, KICK)], anchor_step=5))
    rig.run(40 * STEP_S)
    assert steps(rig.port, KICK) == [5, 37]


@pytest.mark.parametrize(("swing", "delay"), [(0.5, 0.0), (2 / 3, 1 / 3), (0.75, 0.5)])
def test_swing_delays_every_second_step(rig, pattern, swing, delay):
    rig.send(m.SetParameter("swing", swing))
    play(rig, pattern(1, KICK))
    rig.run(5.9 * STEP_S)
    assert steps(rig.port, KICK) == pytest.approx([0, 1 + delay, 2, 3 + delay, 4, 5 + delay], abs=1e-5)


@pytest.mark.parametrize(
    ("amount", "shift", "velocity"), [(1.0, 0.25, 60), (0.5, 0.125, 80), (0.0, 0.0, 100)]
)
def test_feel_scales_microtiming_and_velocity(rig, pattern, amount, shift, velocity):
    rig.send(m.SetParameter("groove_amount", amount))
    play(rig, pattern(1, [(2, KICK)], microtiming=0.25, velocity=60))
    rig.run(1.0)
    assert steps(rig.port, KICK) == [pytest.approx(2 + shift)]
    assert rig.port.note_ons[0].velocity == velocity


def test_first_hit_that_comes_early_is_heard(rig, pattern):
    rig.send(m.SetParameter("tempo_bpm", 20.0))  # half a step is 375 ms, more than the delay of the start
    play(rig, pattern(1, [(0, KICK)], microtiming=-0.5))
    rig.run(1.0)
    assert len(on_times(rig.port)) == 1


def test_tempo_changes_without_a_jump(rig, pattern):
    play(rig, pattern(1, KICK))
    rig.run(START_DELAY_S + 4.5 * STEP_S)
    rig.send(m.SetParameter("tempo_bpm", 60.0))
    rig.run(2 * STEP_S)
    after = [
        time_s - START_S - 4.5 * STEP_S for time_s in on_times(rig.port) if time_s > START_S + 4.5 * STEP_S
    ]
    assert after == pytest.approx([0.5 * 2 * STEP_S])  # the other half of a step, at half the speed


# -- changing the pattern


def test_new_pattern_is_heard_one_look_ahead_later(rig, pattern):
    play(rig, pattern(1, KICK))
    rig.run(START_DELAY_S + 8 * STEP_S - 0.031)  # just before step 8 is decided
    rig.send(m.SetPattern("drums", pattern(2, SNARE)))
    rig.run(4 * STEP_S)
    assert steps(rig.port, KICK) == list(range(8))
    assert steps(rig.port, SNARE)[:3] == [8, 9, 10]


def test_decided_note_stays_and_is_not_played_twice(rig, pattern):
    play(rig, pattern(1, KICK))
    rig.run(START_DELAY_S + 8 * STEP_S - 0.02)  # step 8 is decided, not yet sounding
    rig.send(m.SetPattern("drums", pattern(2, KICK, microtiming=0.1)))
    rig.run(STEP_S * 2)
    assert steps(rig.port, KICK) == pytest.approx([*range(9), 9.1])


@pytest.mark.parametrize(
    ("change_at", "first"),
    [(m.ChangeAt.STEP, 6), (m.ChangeAt.BEAT, 8), (m.ChangeAt.BAR, 16), (m.ChangeAt.LOOP, 24)],
)
def test_change_waits_for_its_moment(rig, pattern, change_at, first):
    play(rig, pattern(1, KICK, length=24))
    rig.run(START_DELAY_S + 5.5 * STEP_S)
    rig.send(m.SetPattern("drums", pattern(2, SNARE, length=24), change_at))
    rig.run(30 * STEP_S)
    assert steps(rig.port, KICK) == list(range(first))
    assert steps(rig.port, SNARE)[:2] == [first, first + 1]
    started = rig.of(m.PatternStarted)[-1]
    assert started.serial == 2
    if change_at is not m.ChangeAt.STEP:
        assert (started.transport_step, started.time_s) == (first, pytest.approx(START_S + first * STEP_S))


def test_newer_pattern_replaces_a_waiting_one(rig, pattern):
    play(rig, pattern(1, KICK))
    rig.run(1.0)
    rig.send(m.SetPattern("drums", pattern(2, SNARE), m.ChangeAt.BAR))
    rig.send(m.SetPattern("drums", pattern(3, HAT), m.ChangeAt.BAR))
    rig.run(4.0)
    assert steps(rig.port, SNARE) == []
    assert steps(rig.port, HAT)[0] == 16
    assert [event.serial for event in rig.of(m.PatternStarted)] == [1, 3]


def test_late_note_of_the_old_pattern_is_heard_beyond_the_change(rig, pattern):
    play(rig, pattern(1, [(15, KICK)], microtiming=0.5))
    rig.send(m.SetParameter("swing", 0.75))
    rig.run(1.0)
    rig.send(m.SetPattern("drums", pattern(2, []), m.ChangeAt.BAR))
    rig.run(3.0)
    assert steps(rig.port, KICK) == [16.0]


def test_loop_change_follows_the_round_of_a_path(rig, pattern):
    play(rig, pattern(1, KICK, length=48, loop_from_step=16))
    rig.run(START_DELAY_S + 50 * STEP_S)  # in the second round, which ends at 48 + 32
    rig.send(m.SetPattern("drums", pattern(2, SNARE), m.ChangeAt.LOOP))
    rig.run(40 * STEP_S)
    assert steps(rig.port, SNARE)[0] == 80


def test_pattern_at_rest_is_current_at_once(rig, pattern):
    rig.send(
        m.SetPattern("drums", pattern(1, KICK)), m.SetPattern("drums", pattern(2, SNARE), m.ChangeAt.LOOP)
    )
    assert rig.of(m.PatternStarted)[-1].serial == 2


def test_stop_makes_a_waiting_pattern_current(rig, pattern):
    play(rig, pattern(1, KICK))
    rig.send(m.SetPattern("drums", pattern(2, SNARE), m.ChangeAt.LOOP))
    rig.send(m.Stop())
    assert rig.of(m.PatternStarted)[-1].serial == 2


# -- mix and routing


def test_mute_solo_and_volume(rig, pattern):
    play(rig, pattern(1, [(step, voice) for step in range(32) for voice in (KICK, SNARE, HAT)]))
    mix = [m.VoiceMix() for _ in range(9)]

    def heard(voices):
        rig.send(m.SetMix("drums", tuple(voices)))
        rig.run(0.1)
        rig.port.events.clear()
        rig.run(STEP_S)
        return {event.key: event.velocity for event in rig.port.note_ons}

    assert heard([m.VoiceMix(mute=True), *mix[1:]]) == {38: 100, 42: 100}
    assert heard([mix[0], m.VoiceMix(solo=True), *mix[2:]]) == {38: 100}
    assert heard([m.VoiceMix(solo=True, mute=True), *mix[1:]]) == {}
    assert heard([m.VoiceMix(volume=0.5), *mix[1:]]) == {36: 50, 38: 100, 42: 100}
    assert heard([m.VoiceMix(volume=0.0), *mix[1:]]) == {38: 100, 42: 100}
    assert heard(mix) == {36: 100, 38: 100, 42: 100}


def test_routing_changes_channel_and_keys_of_the_port_alone(rig, pattern):
    play(rig, pattern(1, [(0, KICK), (1, HAT)]))
    rig.send(m.SetTrack(replace(DRUMS, channel=3, note_map=(60, 61, 62, 63, 64, 65, 66, 67, 68))))
    rig.run(1.0)
    assert [(event.channel, event.key) for event in rig.port.note_ons] == [(3, 60), (3, 62)]
    assert [(event.channel, event.key) for event in rig.sound.note_ons] == [(0, 36), (0, 42)]


def test_note_off_goes_where_its_note_on_went(rig, pattern):
    play(rig, pattern(1, [(0, KICK)]))
    rig.run(START_DELAY_S + 0.01)
    rig.send(m.SetTrack(replace(DRUMS, channel=3, note_map=(60,) * 9)))
    rig.run(0.5)
    assert [(event.channel, event.key, event.velocity) for event in rig.port.events] == [
        (9, 36, 100),
        (9, 36, 0),
    ]


@pytest.mark.parametrize("offset_s", [0.01, -0.02])
def test_latency_shifts_the_port_alone(rig, pattern, offset_s):
    rig.send(m.SetLatency(offset_s))
    play(rig, pattern(1, KICK))
    rig.run(1.0)
    assert on_times(rig.port)[:3] == pytest.approx([START_S + step * STEP_S + offset_s for step in range(3)])
    assert rig.sent_s == pytest.approx([event.time_s for event in rig.port.events], abs=2e-6)
    assert on_times(rig.sound)[0] == pytest.approx(START_S)


def test_preview_sounds_at_once_while_stopped(rig):
    rig.send(m.SetLatency(-0.02), m.Preview("drums", Note(0, 38, 77, voice=SNARE)))
    rig.run(1.0)
    now_s = 1000.0
    assert [(event.key, event.velocity) for event in rig.port.events] == [(38, 77), (38, 0)]
    assert rig.sent_s[0] == now_s
    assert [(event.key, event.velocity) for event in rig.sound.events] == [(38, 77), (38, 0)]


# -- stop, panic, outputs that go


def test_stop_ends_what_sounds_and_forgets_what_waits(rig, pattern):
    play(rig, pattern(1, KICK))
    rig.run(START_DELAY_S + 4 * STEP_S + 0.01)
    rig.send(m.Stop())
    assert [event.velocity > 0 for event in rig.port.events] == [True, False] * 5
    assert rig.sound.cancels == 1
    told = len(rig.port.events)
    rig.run(2.0)
    assert len(rig.port.events) == told
    last = rig.of(m.TransportChanged)[-1]
    assert (last.playing, last.timeline.anchor_step) == (False, 0.0)


def test_panic_silences_and_plays_on(rig, pattern):
    play(rig, pattern(1, KICK))
    rig.run(START_DELAY_S + 0.01)
    rig.send(m.Panic())
    assert (rig.port.panics, rig.sound.panics) == (1, 1)
    assert rig.port.events[-1].velocity == 0
    rig.run(STEP_S * 2)
    assert steps(rig.port, KICK) == [0, 1, 2]


def test_exchanged_port_is_silent_before_it_is_given_back(rig, pattern):
    play(rig, pattern(1, KICK))
    rig.run(START_DELAY_S + 0.01)
    assert rig.player.attach(MIDI, None) is rig.port
    assert [event.velocity > 0 for event in rig.port.events] == [True, False]
    rig.run(1.0)
    assert len(rig.port.events) == 2
    assert len(rig.sound.note_ons) > 4


def test_failing_port_is_let_go_and_told_and_the_sound_goes_on(rig, pattern):
    class Failing(RecordingOutput):
        def note_on(self, *arguments):
            raise PortError("it is gone")

    failing, told = Failing(), []
    rig.player._failed = lambda name, output: told.append((name, output))
    rig.player.attach(MIDI, failing)
    play(rig, pattern(1, KICK))
    rig.run(1.0)
    assert told == [(MIDI, failing)]
    assert rig.of(m.EngineError) == [m.EngineError("it is gone")]
    assert len(rig.sound.note_ons) > 4


def test_locate_plays_from_there(rig, pattern):
    play(rig, pattern(1, [(0, KICK), (20, SNARE)]))
    rig.run(0.5)
    rig.port.events.clear()
    rig.send(m.Locate(19.0))
    located_s = rig.clock.now()
    rig.run(1.0)
    assert on_times(rig.port) == pytest.approx([located_s + START_DELAY_S + STEP_S])


def test_long_sleep_does_not_end_in_a_volley(rig, pattern):
    play(rig, pattern(1, KICK))
    rig.run(1.0)
    before = len(rig.port.note_ons)
    rig.clock.wait_until(rig.clock.now() + 60.0, None)  # the machine slept
    rig.send(m.SetParameter("groove_amount", 1.0))
    assert len(rig.port.note_ons) - before <= 3


# -- whatever happens


OTHER_WAY = m.SetTrack(replace(DRUMS, channel=2, note_map=(36, 36, 36, 40, 41, 42, 43, 44, 45)))
ACTIONS = st.one_of(
    st.floats(0.0, 0.4).map(lambda seconds: ("run", seconds)),
    st.floats(20.0, 300.0).map(partial(m.SetParameter, "tempo_bpm")),
    st.floats(0.5, 0.75).map(partial(m.SetParameter, "swing")),
    st.floats(0.0, 1.0).map(partial(m.SetParameter, "groove_amount")),
    st.floats(0.0, 70.0).map(m.Locate),
    st.sampled_from(
        [
            m.Play(),
            m.Stop(),
            m.Panic(),
            m.SetTrack(replace(DRUMS, channel=2, note_map=(36, 36, 36, 40, 41, 42, 43, 44, 45))),
        ]
    ),
    st.tuples(
        st.lists(
            st.tuples(st.integers(0, 31), st.integers(0, 8), st.floats(-0.5, 0.5), st.floats(0.1, 3.0)),
            max_size=40,
        ),
        st.sampled_from(m.ChangeAt),
        st.sampled_from([16, 17, 32]),
    ).map(
        lambda drawn: m.SetPattern(
            "drums",
            Pattern(
                1,
                tuple(
                    Note(step, VOICE_PITCHES[voice], 100, length, timing, voice)
                    for step, voice, timing, length in sorted(drawn[0])
                ),
                drawn[2],
            ),
            drawn[1],
        )
    ),
)


@given(actions=st.lists(ACTIONS, max_size=40))
def test_every_note_ends_whatever_happens(make_rig, actions):
    rig = make_rig()
    rig.send(m.Play())
    for action in actions:
        if isinstance(action, tuple):
            rig.run(action[1])
        else:
            rig.send(action)
    rig.run(0.2)
    rig.player.close()
    for output in (rig.port, rig.sound):
        sounding = set()
        for event in output.events:
            place = event.channel, event.key
            if event.velocity:
                assert place not in sounding, "a note began on a key that sounded"
                sounding.add(place)
            else:
                assert place in sounding, "a note ended that did not sound"
                sounding.remove(place)
        assert not sounding


TIMINGS = st.lists(st.floats(-0.5, 0.5), min_size=16, max_size=16)
SWAPS = st.lists(
    st.tuples(
        st.floats(0.0, 0.2),
        st.one_of(
            st.floats(20.0, 300.0).map(partial(m.SetParameter, "tempo_bpm")),
            st.floats(0.5, 0.75).map(partial(m.SetParameter, "swing")),
            st.floats(0.0, 1.0).map(partial(m.SetParameter, "groove_amount")),
            st.tuples(
                st.lists(st.floats(-0.5, 0.5), min_size=16, max_size=16), st.sampled_from(m.ChangeAt)
            ).map(lambda drawn: m.SetPattern("drums", _one_voice(drawn[0]), drawn[1])),
        ),
    ),
    max_size=40,
)


def _one_voice(timings):
    # The velocity tells the step, so that a test sees what was played.
    return Pattern(1, tuple(Note(step, 36, step + 1, 0.25, t, 0) for step, t in enumerate(timings)), 16)


@given(swaps=SWAPS)
def test_no_step_twice_whatever_is_swapped(make_rig, swaps):
    rig = make_rig()
    decided = []
    rig.player._sequencer._given = _spy(rig.player._sequencer._given, decided)
    rig.send(m.SetPattern("drums", _one_voice([0.0] * 16)), m.Play())
    for seconds, command in swaps:
        rig.run(seconds)
        rig.send(command)
    rig.run(0.5)
    played = [(hit.step, hit.note.voice) for hit in decided]
    assert len(played) == len(set(played))
    assert len(rig.sound.note_ons) == len(played)


def _spy(give, decided):
    def spied(*arguments):
        hit = give(*arguments)
        if hit is not None:
            decided.append(hit)
        return hit

    return spied


@given(swaps=SWAPS)
def test_no_step_is_lost_whatever_is_swapped(make_rig, swaps):
    """With an onset on the grid of each step in every pattern, each step is heard exactly once."""
    rig = make_rig()
    decided = []
    rig.player._sequencer._given = _spy(rig.player._sequencer._given, decided)
    rig.send(m.SetPattern("drums", _one_voice([0.0] * 16)), m.Play())
    for seconds, command in swaps:
        rig.run(seconds)
        if isinstance(command, m.SetPattern):
            rig.send(m.SetPattern("drums", _one_voice([0.0] * 16), command.change_at))
        elif not (isinstance(command, m.SetParameter) and command.name == "swing"):
            rig.send(command)
    rig.run(0.5)
    assert [hit.step for hit in decided] == list(range(len(decided)))
    assert decided
