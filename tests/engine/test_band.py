"""Several tracks on one clock, and parts that play one note at a time: every number is exact."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_app.core.errors import PortError
from blender_app.core.notes import Note, Pattern
from blender_app.engine import messages as m
from blender_app.engine.output import RecordingOutput, port_of
from blender_app.engine.transport import START_DELAY_S

from .conftest import BASS, DRUMS, MELODY  # noqa: TID252

STEP_S = 0.125  # at 120 a minute
START_S = 1000.0 + START_DELAY_S
LOOK_AHEAD_STEPS = 0.03 / STEP_S


def line(*notes, serial=1, length=32, **more):
    """Make a pattern of `(step, pitch, length)`."""
    return Pattern(serial, tuple(Note(step, pitch, 100, size, **more) for step, pitch, size in notes), length)


def play(rig, **patterns):
    for track, pattern in patterns.items():
        rig.send(m.SetPattern(track, pattern))
    rig.send(m.Play())


def heard(output, channel):
    """Return `(first step, last step, key)` of each note of a channel; fail where two sound at once."""
    notes, sounding = [], None
    for event in output.events:
        if event.channel != channel:
            continue
        step = round((event.time_s - START_S) / STEP_S, 4)
        if event.velocity:
            assert sounding is None, f"{event} overlaps"
            sounding = (step, event.key)
        else:
            assert sounding is not None, f"{event} ends nothing"
            assert sounding[1] == event.key
            notes.append((sounding[0], step, event.key))
            sounding = None
    return notes if sounding is None else [*notes, (sounding[0], None, sounding[1])]


def both(rig, track=BASS, synth_channel=1):
    """Return what is heard of a track, which must be the same at the port and in the sound."""
    port, sound = heard(rig.port, track.channel), heard(rig.sound, synth_channel)
    told_before = sound[: len(port)]
    assert [note[:1] + note[2:] for note in told_before] == [note[:1] + note[2:] for note in port]
    for at_port, in_sound in zip(port, told_before, strict=True):
        assert at_port[1] in (None, in_sound[1])
    return port


# -- tracks


def test_three_tracks_start_together_on_channels_of_their_own(band, pattern):
    play(band, drums=pattern(1, [(0, 0)]), bass=line((0, 40, 4)), melody=line((0, 72, 4)))
    band.run(0.3)
    for output, channels in ((band.port, [9, 1, 2]), (band.sound, [0, 1, 2])):
        assert [event.channel for event in output.note_ons] == channels
        assert [event.time_s for event in output.note_ons] == pytest.approx([START_S] * 3)
        assert [event.key for event in output.note_ons] == [36, 40, 72]


def test_each_track_tells_when_its_pattern_starts(band):
    play(band, bass=line((0, 40, 4), serial=7), melody=line((0, 72, 4), serial=8))
    assert {(event.track, event.serial) for event in band.of(m.PatternStarted)} == {
        ("bass", 7),
        ("melody", 8),
    }


def test_pattern_of_a_track_without_settings_waits_for_them(band):
    play(band, other=line((0, 50, 1), serial=9, length=4))
    band.run(1.0)
    assert band.sound.events == []
    assert band.of(m.PatternStarted) == []
    band.send(m.SetTrack(m.TrackSettings("other", False, channel=5)))
    band.run(1.0)
    assert {event.channel for event in band.port.note_ons} == {5}
    assert [event.serial for event in band.of(m.PatternStarted)] == [9]


def test_volume_scales_velocities_of_the_port_alone(band):
    band.send(m.SetTrack(replace(BASS, volume=0.25)))
    play(band, bass=line((0, 40, 4)))
    band.run(0.2)
    assert [event.velocity for event in band.port.note_ons] == [25]
    assert [event.velocity for event in band.sound.note_ons] == [100]  # which has a volume of its own


# -- length, gate, legato


def test_lengths_and_rests_survive(band):
    play(band, bass=line((0, 40, 3), (3, 43, 1), (8, 45, 6.5), (20, 40, 0.25)))
    band.run(24 * STEP_S)
    assert both(band) == [(0, 3, 40), (3, 4, 43), (8, 14.5, 45), (20, 20.25, 40)]


def test_note_is_cut_by_the_next_exactly(band):
    play(band, bass=line((0, 40, 16), (5, 43, 16), (6, 43, 2)))
    band.run(12 * STEP_S)
    assert both(band) == [(0, 5, 40), (5, 6, 43), (6, 8, 43)]


def test_of_a_chord_the_highest_note_sounds(band):
    play(band, bass=line((0, 40, 2), (0, 47, 2), (0, 43, 2)))
    band.run(4 * STEP_S)
    assert both(band) == [(0, 2, 47)]


def test_note_over_the_end_of_the_loop_is_cut_by_its_next_round(band):
    play(band, bass=line((0, 40, 1), (12, 43, 30), length=16))
    band.run(20 * STEP_S)
    assert both(band) == [(0, 1, 40), (12, 16, 43), (16, 17, 40)]


@pytest.mark.parametrize(
    ("gate", "legato", "ends"),
    [
        (1.0, 0.0, [4, 10, 16]),
        (0.5, 0.0, [2, 9, 14]),
        (1.0, 1.0, [8, 12, 32]),
        (1.0, 0.5, [6, 11, 24]),
        (0.5, 1.0, [8, 12, 32]),
        (0.5, 0.5, [5, 10.5, 23]),
    ],
)
def test_gate_and_legato(band, gate, legato, ends):
    band.send(m.SetTrack(replace(BASS, gate=gate, legato=legato)))
    play(band, bass=line((0, 40, 4), (8, 41, 2), (12, 42, 4)))
    band.run(33 * STEP_S)
    assert [end for _, end, _ in both(band)][:3] == ends


def test_gate_and_legato_leave_drums(band, pattern):
    band.send(m.SetTrack(replace(DRUMS, gate=0.1, legato=1.0)))
    play(band, drums=pattern(1, [(0, 0), (4, 1)]))
    band.run(8 * STEP_S)
    assert heard(band.port, 9) == [(0, 0.5, 36), (4, 4.5, 38)]


def test_tied_steps_stay_tied_with_swing(band):
    band.send(m.SetParameter("swing", 0.75))
    play(band, bass=line(*((step, 40 + step, 1) for step in range(4))))
    band.run(6 * STEP_S)
    assert both(band) == [(0, 1.5, 40), (1.5, 2, 41), (2, 3.5, 42), (3.5, 4, 43)]


def test_legato_reaches_a_swung_and_late_note(band):
    band.send(m.SetParameter("swing", 0.75), m.SetTrack(replace(BASS, legato=1.0)))
    pattern = Pattern(1, (Note(0, 40, 100, 1.0), Note(5, 41, 100, 1.0, 0.25)))
    play(band, bass=pattern)
    band.run(8 * STEP_S)
    assert both(band)[0] == (0, 5.75, 40)


def test_tempo_may_change_while_a_note_sounds(band):
    play(band, bass=line((0, 40, 8)))
    band.run(START_DELAY_S + 4 * STEP_S)
    band.send(m.SetParameter("tempo_bpm", 60.0))
    band.run(10 * STEP_S)
    assert both(band) == [(0, 4 + 2 * 4, 40)]  # the second half takes twice as long


# -- octave


def test_octave_may_change_while_a_note_sounds(band):
    play(band, bass=line((0, 40, 4), (4, 43, 4), (8, 45, 4)))
    band.run(START_DELAY_S + 6 * STEP_S)
    band.send(m.SetTrack(replace(BASS, semitones=-12)))
    band.run(8 * STEP_S)
    assert both(band) == [(0, 4, 40), (4, 8, 43), (8, 12, 33)]


@pytest.mark.parametrize(("semitones", "key"), [(36, 124), (-48, 8), (-36, 4)])
def test_octave_stays_within_midi(band, semitones, key):
    band.send(m.SetTrack(replace(BASS, semitones=semitones)))
    play(band, bass=line((0, {36: 100, -48: 20, -36: 40}[semitones], 4)))
    band.run(STEP_S)
    assert [event.key for event in band.port.note_ons] == [key]


def test_drums_have_no_octave(band, pattern):
    band.send(m.SetTrack(replace(DRUMS, semitones=12)))
    play(band, drums=pattern(1, [(0, 0)]))
    band.run(STEP_S)
    assert [event.key for event in band.sound.note_ons] == [36]


# -- mute, solo, and tracks that go


@pytest.mark.parametrize(
    "command",
    [
        m.SetTrack(replace(BASS, mute=True)),
        m.SetTrack(replace(BASS, volume=0.0)),
        m.SetTrack(replace(MELODY, solo=True)),
        m.RemoveTrack("bass"),
    ],
)
def test_silenced_track_ends_at_once_and_others_go_on(band, command):
    play(band, bass=line((0, 40, 9), (9, 41, 9)), melody=line((0, 72, 4), (4, 74, 4), (8, 76, 4)))
    band.run(START_DELAY_S + 5 * STEP_S)
    band.send(command)
    band.run(10 * STEP_S)
    assert both(band) == [(0, 5, 40)]
    assert both(band, MELODY, 2) == [(0, 4, 72), (4, 8, 74), (8, 12, 76)]


def test_track_heard_again_goes_on_with_its_next_note(band):
    play(band, bass=line((0, 40, 4), (4, 41, 4), (8, 42, 4)))
    band.run(START_DELAY_S + 2 * STEP_S)
    band.send(m.SetTrack(replace(BASS, mute=True)))
    band.run(3 * STEP_S)
    band.send(m.SetTrack(BASS))
    band.run(8 * STEP_S)
    assert both(band) == [(0, 2, 40), (8, 12, 42)]


def test_note_that_was_told_ahead_is_ended_after_it_began(band):
    play(band, bass=line((4, 40, 4)))
    band.run(START_DELAY_S + 4 * STEP_S - 0.01)  # the sound was told, the port not yet
    band.send(m.SetTrack(replace(BASS, mute=True)))
    band.run(1.0)
    on, off = band.sound.events
    assert off.time_s == pytest.approx(on.time_s + 0.005)
    assert band.port.events == []


def test_stop_ends_what_would_have_ended_in_a_moment(band):
    play(band, bass=line((0, 40, 4), (4, 41, 4)))
    band.run(START_DELAY_S + 4 * STEP_S - 0.01)  # FluidSynth was told of the end, and of the next note
    assert len(band.sound.events) == 3
    band.send(m.Stop())
    assert heard(band.sound, 1) == [(0, pytest.approx(4 - 0.01 / STEP_S, abs=1e-3), 40)]


def test_removed_track_comes_back_without_its_pattern(band):
    play(band, bass=line((0, 40, 1), length=4))
    band.send(m.RemoveTrack("bass"), m.SetTrack(BASS))
    band.run(1.0)
    assert band.port.events == []


# -- patterns that change while a note sounds


def exchange(band, before, after, at_step, change_at=m.ChangeAt.STEP):
    play(band, bass=line(*before))
    band.run(START_DELAY_S + at_step * STEP_S)
    band.send(m.SetPattern("bass", line(*after, serial=2), change_at))
    band.run(20 * STEP_S)
    return both(band)


def test_held_note_ends_where_the_new_pattern_rests(band):
    notes = exchange(band, [(0, 40, 16)], [(12, 50, 2)], 5)
    assert notes == [(0, pytest.approx(5 + LOOK_AHEAD_STEPS, abs=1e-3), 40), (12, 14, 50)]


def test_held_note_takes_the_length_that_the_new_pattern_gives_its_pitch(band):
    assert exchange(band, [(0, 40, 8)], [(0, 40, 12)], 5) == [(0, 12, 40)]


def test_held_note_of_another_pitch_ends_with_the_new_note(band):
    assert exchange(band, [(0, 40, 16)], [(2, 50, 8)], 5) == [(0, 10, 40)]


def test_held_note_ends_when_the_new_pattern_starts_one(band):
    assert exchange(band, [(0, 40, 16)], [(0, 40, 7), (7, 50, 2)], 5) == [(0, 7, 40), (7, 9, 50)]


@pytest.mark.parametrize("change_at", [m.ChangeAt.BEAT, m.ChangeAt.BAR])
def test_held_note_ends_on_the_boundary_where_the_new_pattern_begins_with_a_rest(band, change_at):
    boundary = 8 if change_at is m.ChangeAt.BEAT else 16
    assert exchange(band, [(0, 40, 30)], [(18, 50, 1)], 5, change_at) == [(0, boundary, 40), (18, 19, 50)]


def test_exchanges_all_the_time_start_each_note_once(band):
    play(band, bass=line(*((step, 40 + step % 5, 2) for step in range(0, 32, 2))))
    for serial in range(400):
        band.run(0.01)
        notes = ((step, 40 + (step + serial) % 7, 2) for step in range(0, 32, 2))
        band.send(m.SetPattern("bass", line(*notes, serial=serial)))
    notes = both(band)
    assert [start for start, _, _ in notes] == list(range(0, 2 * len(notes), 2))
    assert all(end in (None, start + 2) for start, end, _ in notes)


# -- ports


def test_track_with_a_port_of_its_own_leaves_the_main_one(band, pattern):
    own = RecordingOutput()
    band.player.attach(port_of("bass"), own)
    band.send(m.SetTrack(replace(BASS, port="own")))
    play(band, drums=pattern(1, [(0, 0)]), bass=line((0, 40, 4)))
    band.run(1.0)
    assert {event.channel for event in band.port.events} == {9}
    assert heard(own, 1) == [(0, 4, 40)]
    assert heard(band.sound, 1) == [(0, 4, 40)]


def test_track_whose_port_is_not_there_goes_to_no_other(band):
    band.send(m.SetTrack(replace(BASS, port="own")))
    play(band, bass=line((0, 40, 4)))
    band.run(1.0)
    assert band.port.events == []
    assert heard(band.sound, 1) == [(0, 4, 40)]


def test_port_changed_while_a_note_sounds_ends_it_there(band):
    own = RecordingOutput()
    band.player.attach(port_of("bass"), own)
    play(band, bass=line((0, 40, 8), (8, 41, 4)))
    band.run(START_DELAY_S + 3 * STEP_S)
    band.send(m.SetTrack(replace(BASS, port="own")))
    band.run(12 * STEP_S)
    assert heard(band.port, 1) == [(0, 3, 40)]
    assert heard(own, 1) == [(8, 12, 41)]


def test_failing_port_of_a_track_harms_no_other(band, pattern):
    class Failing(RecordingOutput):
        def note_on(self, *arguments):
            raise PortError("it is gone")

    failing, told = Failing(), []
    band.player._failed = lambda name, output: told.append((name, output))
    band.player.attach(port_of("bass"), failing)
    band.send(m.SetTrack(replace(BASS, port="own")))
    play(band, drums=pattern(1, 0), bass=line((0, 40, 4)), melody=line((0, 72, 4)))
    band.run(1.0)
    assert told == [(port_of("bass"), failing)]
    assert heard(band.port, 2) == [(0, 4, 72)]
    assert len(heard(band.sound, 0)) > 4


def test_port_that_two_tracks_share_keeps_their_notes_apart(band):
    own = RecordingOutput()
    for settings in (BASS, MELODY):
        band.player.attach(port_of(settings.track), own)
        band.send(m.SetTrack(replace(settings, port="own", channel=3)))
    play(band, bass=line((0, 60, 8)), melody=line((4, 60, 2)))
    band.run(10 * STEP_S)
    assert heard(own, 3) == [(0, 4, 60), (4, 6, 60)]  # one key: the later note takes it
    assert band.player.attach(port_of("bass"), None) is own
    band.run(32 * STEP_S)
    assert [(start, end) for start, end, _ in heard(own, 3)][2:] == [(36, 38)]


def test_latency_holds_for_every_port(band):
    own = RecordingOutput()
    band.player.attach(port_of("bass"), own)
    band.send(m.SetTrack(replace(BASS, port="own")), m.SetLatency(0.01))
    play(band, bass=line((0, 40, 4)), melody=line((0, 72, 4)))
    band.run(0.5)
    for output in (own, band.port):
        assert output.note_ons[0].time_s == pytest.approx(START_S + 0.01)
    assert band.sound.note_ons[0].time_s == pytest.approx(START_S)


def test_note_that_still_waits_ends_after_it_began_when_latency_shrinks(band):
    band.send(m.SetLatency(0.5))
    play(band, bass=line((0, 40, 1)))
    band.run(START_DELAY_S + 0.5 * STEP_S)
    band.send(m.SetLatency(0.0))
    band.run(1.0)
    assert [event.velocity for event in band.port.events] == [100, 0]
    assert band.port.events[0].time_s == pytest.approx(START_S + 0.5)


# -- by hand


def test_preview_sounds_for_its_length_at_the_tempo(band):
    band.send(m.SetParameter("tempo_bpm", 60.0), m.Preview("bass", Note(0, 40, 77, 2.0)))
    band.run(2.0)
    for output in (band.port, band.sound):
        on, off = output.events
        assert (on.key, on.velocity, on.time_s) == (40, 77, 1000.0)
        assert off.time_s == pytest.approx(1000.0 + 0.5)


def test_preview_of_a_muted_track_is_heard_and_of_none_is_not(band):
    band.send(m.SetTrack(replace(BASS, mute=True)), m.Preview("bass", Note(0, 40, 77)))
    band.send(m.Preview("nobody", Note(0, 40, 77)))
    band.run(1.0)
    assert [event.key for event in band.sound.note_ons] == [40]


def test_preview_takes_its_part_from_the_pattern(band):
    play(band, bass=line((0, 40, 8), (8, 41, 4)))
    band.run(START_DELAY_S + 3 * STEP_S)
    band.send(m.Preview("bass", Note(0, 60, 77, 20.0)))
    band.run(10 * STEP_S)
    assert both(band) == [(0, 3, 40), (3, 8, 60), (8, 12, 41)]


def received(band, *played):
    for pitch, velocity in played:
        band.player.receive(pitch, velocity, band.clock.now() - 0.001)
        band._advance()


def test_what_is_played_is_told_with_its_moment_and_sounds_on_one_track(band):
    received(band, (60, 90), (60, 0))
    assert band.of(m.NoteReceived) == [m.NoteReceived(60, 90, 999.999), m.NoteReceived(60, 0, 999.999)]
    assert band.sound.events == []  # no track was chosen
    band.send(m.SetThru("melody"))
    received(band, (60, 90))
    band.run(0.5)
    received(band, (60, 0))
    for output in (band.port, band.sound):
        assert [(event.time_s, event.key, event.velocity) for event in output.events] == [
            (1000.0, 60, 90),
            (1000.5, 60, 0),
        ]


def test_thru_plays_one_note_at_a_time_in_the_octave_of_its_track(band):
    band.send(m.SetTrack(replace(MELODY, semitones=12)), m.SetThru("melody"))
    received(band, (60, 90))
    band.run(0.1)
    received(band, (64, 80))
    band.run(0.1)
    received(band, (60, 0))
    band.run(0.1)
    received(band, (64, 0))
    told = [(round(e.time_s - 1000.0, 6), e.key, e.velocity) for e in band.port.events]
    assert told == [(0.0, 72, 90), (0.1, 72, 0), (0.1, 76, 80), (0.3, 76, 0)]


def test_drums_played_by_hand_are_the_nine_voices(band):
    keys = (50, 51, 52, 53, 54, 55, 56, 57, 58)
    band.send(m.SetTrack(replace(DRUMS, note_map=keys)), m.SetThru("drums"))
    received(band, (40, 90), (40, 0))  # an electric snare is a snare
    band.run(1.0)
    assert [event.key for event in band.sound.events] == [38, 38]
    assert [event.key for event in band.port.events] == [51, 51]


@pytest.mark.parametrize("end", ["gone", "elsewhere", "removed", "stop", "panic"])
def test_held_key_never_hangs(band, end):
    band.send(m.SetThru("melody"))
    received(band, (60, 90))
    band.run(0.2)
    if end == "gone":
        band.player.end_thru()
        band._advance()
    else:
        commands = {"elsewhere": m.SetThru("bass"), "removed": m.RemoveTrack("melody"), "stop": m.Stop()}
        band.send(commands.get(end, m.Panic()))
    band.run(0.1)
    received(band, (60, 0))
    for output in (band.port, band.sound):
        assert [event.velocity for event in output.events] == [90, 0]


# -- clicks


def clicks(band):
    return [
        (round((event.time_s - 1000.0 - START_DELAY_S) / STEP_S, 4), event.key)
        for event in band.sound.note_ons
        if event.channel == 15
    ]


def test_count_in_clicks_before_the_first_step(band, pattern):
    band.send(m.SetPattern("drums", pattern(1, [(0, 0), (1, 0)])), m.Play(2))
    timeline = band.of(m.TransportChanged)[-1].timeline
    assert timeline.anchor_s == pytest.approx(START_S + 32 * STEP_S)
    band.run(40 * STEP_S)
    accents = [76, 77, 77, 77]
    assert clicks(band) == [(4 * beat, accents[beat % 4]) for beat in range(8)]
    assert [event.channel for event in band.port.note_ons] == [9, 9]
    assert band.port.note_ons[0].time_s == pytest.approx(timeline.anchor_s)
    assert [event.time_s for event in band.of(m.PatternStarted)] == [pytest.approx(timeline.anchor_s)]


def test_metronome_clicks_on_the_beats_while_it_is_on(band):
    band.send(m.Play())
    band.run(5 * STEP_S)
    band.send(m.SetMetronome(True))
    band.run(16 * STEP_S)
    band.send(m.SetMetronome(False))
    band.run(8 * STEP_S)
    assert clicks(band) == [(8, 77), (12, 77), (16, 76), (20, 77)]
    assert band.port.events == []


def test_metronome_goes_on_after_the_count_in(band):
    band.send(m.SetMetronome(True), m.Play(1))
    band.run(21 * STEP_S)
    assert [step for step, _ in clicks(band)] == [0, 4, 8, 12, 16, 20]


def test_tempo_may_change_in_the_count_in(band):
    play(band)
    band.send(m.Stop(), m.SetPattern("bass", line((0, 40, 1))), m.Play(1))
    band.run(START_DELAY_S + 8 * STEP_S)
    band.send(m.SetParameter("tempo_bpm", 60.0))
    band.run(24 * STEP_S)
    assert [step for step, _ in clicks(band)] == [0, 4, 8, 16]  # half as fast from there on
    assert both(band)[0][0] == 24


def test_stop_ends_the_count_in(band):
    band.send(m.Play(1))
    band.run(START_DELAY_S + 5 * STEP_S)
    band.send(m.Stop())
    band.run(4.0)
    assert [step for step, _ in clicks(band)] == [0, 4]


# -- whatever happens

TRACKS = (BASS, MELODY)
ACTIONS = st.one_of(
    st.floats(0.0, 0.4).map(lambda seconds: ("run", seconds)),
    st.floats(0.0, 0.05).map(lambda seconds: ("run", seconds)),
    st.tuples(st.just("key"), st.integers(58, 62), st.sampled_from([0, 90])),
    st.floats(20.0, 300.0).map(partial(m.SetParameter, "tempo_bpm")),
    st.floats(0.5, 0.75).map(partial(m.SetParameter, "swing")),
    st.floats(0.0, 1.0).map(partial(m.SetParameter, "groove_amount")),
    st.floats(0.0, 70.0).map(m.Locate),
    st.sampled_from([-0.02, 0.0, 0.5]).map(m.SetLatency),
    st.sampled_from([m.Play(), m.Play(1), m.Stop(), m.Panic(), m.SetMetronome(True), m.SetThru("bass")]),
    st.sampled_from([m.SetThru(None), m.SetThru("melody"), m.RemoveTrack("bass"), m.RemoveTrack("melody")]),
    st.builds(
        lambda settings, **more: m.SetTrack(replace(settings, **more)),
        st.sampled_from(TRACKS),
        semitones=st.sampled_from([-12, 0, 24]),
        mute=st.booleans(),
        solo=st.booleans(),
        volume=st.sampled_from([0.0, 1.0]),
        gate=st.floats(0.1, 1.0),
        legato=st.floats(0.0, 1.0),
    ),
    st.builds(
        lambda track, pitch, length: m.Preview(track, Note(0, pitch, 90, length)),
        st.sampled_from(["bass", "melody"]),
        st.integers(58, 62),
        st.floats(0.1, 9.0),
    ),
    st.builds(
        lambda track, notes, length, change_at: m.SetPattern(
            track,
            Pattern(1, tuple(Note(s, p, 100, size, shift) for s, p, size, shift in sorted(notes)), length),
            change_at,
        ),
        st.sampled_from(["bass", "melody"]),
        st.lists(
            st.tuples(st.integers(0, 31), st.integers(58, 62), st.floats(0.1, 12.0), st.floats(-0.5, 0.5)),
            max_size=24,
        ),
        st.sampled_from([16, 17, 32]),
        st.sampled_from(m.ChangeAt),
    ),
)


@given(actions=st.lists(ACTIONS, max_size=50))
def test_parts_never_overlap_and_never_hang_whatever_happens(make_rig, actions):
    band = make_rig(*TRACKS)
    for track in ("bass", "melody"):
        play(band, **{track: line(*((step, 60, 3) for step in range(0, 32, 2)))})
    for action in actions:
        if isinstance(action, m.Command):
            band.send(action)
        elif action[0] == "run":
            band.run(action[1])
        else:
            received(band, action[1:])
    band.run(0.2)
    band.player.close()
    for output in (band.port, band.sound):
        parts = {event.channel for event in output.events} - {15}
        for channel in parts:
            assert all(end is not None for _, end, _ in heard(output, channel))
    for channel in (1, 2):
        times = [event.time_s for event in band.sound.events if event.channel == channel]
        assert times == sorted(times)
