"""A band on real MIDI ports: a port for each track, and a keyboard that plays along."""

from __future__ import annotations

import signal
import time

import pytest

from blender_app.core.notes import Note, Pattern
from blender_app.engine import messages as m

from .conftest import until  # noqa: TID252

EARLY_S, LATE_S = 0.001, 5.0
"""A note is stamped after it was sent, and before a busy machine has gone mad."""
MARK = (0x91, 99, 77)


def track(name, channel, port=None, **more):
    return m.SetTrack(m.TrackSettings(name, False, channel=channel, port=port, **more))


def line(*pitches):
    return Pattern(1, tuple(Note(2 * step, pitch, 100, 1.5) for step, pitch in enumerate(pitches)), 8)


def play(engine):
    engine.send(m.SetParameter("tempo_bpm", 300.0))
    engine.send(m.SetPattern("drums", Pattern(1, (Note(0, 36, 100, 0.5, 0.0, 0),), 8)))
    engine.send(m.SetPattern("bass", line(40, 43, 45)))
    engine.send(m.SetPattern("melody", line(72, 74)))
    engine.send(m.Play())


def parts(listener):
    """Return which keys each channel got."""
    found = {}
    for status, key, _ in listener.note_ons():
        found.setdefault(status & 15, set()).add(key)
    return found


def assert_single(listener, channel):
    """Check that a channel never had two notes at once."""
    sounding = set()
    for status, key, velocity in listener.messages():
        if status == 0x90 | channel and velocity:
            assert not sounding
            sounding.add(key)
        elif status in (0x80 | channel, 0x90 | channel):
            sounding.discard(key)


def test_three_tracks_play_on_two_ports(engine, listen):
    main, other = listen("main"), listen("other")
    engine.send(m.OpenPort(main.port))
    engine.send(track("bass", 1))
    engine.send(track("melody", 2, other.port))
    engine.wait_for(m.PortOpened, name=other.port, track="melody")
    play(engine)
    until(lambda: parts(main) == {9: {36}, 1: {40, 43, 45}}, "drums and bass")
    until(lambda: parts(other) == {2: {72, 74}}, "the melody")
    engine.send(m.Stop())
    until(lambda: not main.sounding() and not other.sounding(), "the note-offs")
    assert_single(main, 1)
    assert_single(other, 2)
    assert parts(main) == {9: {36}, 1: {40, 43, 45}}
    assert parts(other) == {2: {72, 74}}


def test_port_of_a_track_that_vanishes_harms_no_other_and_comes_back_by_itself(engine, listen):
    main, other = listen("main"), listen("other")
    engine.send(m.OpenPort(main.port))
    engine.send(track("bass", 1, other.port))
    engine.wait_for(m.PortOpened, name=other.port, track="bass")
    play(engine)
    until(lambda: other.note_ons() and main.note_ons(), "notes")
    other.close()
    assert engine.wait_for(m.PortLost).track == "bass"
    count = len(main.note_ons())
    until(lambda: len(main.note_ons()) > count, "the drums to go on")
    again = listen("other")
    engine.wait_for(m.PortOpened, name=again.port, track="bass")
    count = len(again.note_ons())
    until(lambda: len(again.note_ons()) > count, "the bass at the port that came back")
    assert set(parts(main)) == {9}


def test_port_that_is_not_there_yet_is_opened_when_it_appears(engine, listen):
    engine.send(track("bass", 1, "later:in"))
    engine.wait_for(m.PortOpened, name=None, track="bass")
    play(engine)
    later = listen("later")
    engine.wait_for(m.PortOpened, name=later.port, track="bass")
    until(lambda: 1 in parts(later), "the bass")
    engine.send(track("bass", 1))
    engine.wait_for(m.PortOpened, name=None, track="bass")
    until(lambda: not later.sounding(), "the note-offs")


def test_two_tracks_share_a_port_and_one_of_them_may_leave(engine, listen):
    shared = listen("shared")
    engine.send(track("bass", 1, shared.port))
    engine.send(track("melody", 2, shared.port))
    engine.wait_for(m.PortOpened, name=shared.port, track="melody")
    play(engine)
    until(lambda: {1, 2} <= set(parts(shared)), "both")
    engine.send(m.RemoveTrack("bass"))
    engine.wait_for(m.PortOpened, name=None, track="bass")
    count = sum(message[0] == 0x92 for message in shared.note_ons())
    until(lambda: sum(message[0] == 0x92 for message in shared.note_ons()) > count + 2, "the melody")
    until(lambda: not [place for place in shared.sounding() if place[0] == 1], "the end of the bass")


def test_track_may_share_the_main_port_and_outlive_it(engine, listen):
    shared = listen("shared")
    engine.send(m.OpenPort(shared.port))
    engine.send(track("bass", 1, shared.port))
    engine.wait_for(m.PortOpened, name=shared.port, track="bass")
    play(engine)
    until(lambda: {1, 9} <= set(parts(shared)), "both")
    engine.send(m.OpenPort(None))
    engine.wait_for(m.PortOpened, name=None, track=None)
    engine.send(m.Preview("bass", Note(0, 99, 77)))
    until(lambda: MARK in shared.note_ons(), "what was sent before to have arrived")
    until(lambda: len(shared.note_ons()) > shared.note_ons().index(MARK) + 3, "the bass")
    assert {message[0] for message in shared.note_ons()[shared.note_ons().index(MARK) :]} == {0x91}


# -- the keyboard


def test_what_is_played_arrives_with_its_moment(engine, keyboard):
    keys = keyboard("keys")
    until(lambda: any(keys.port in e.names for e in engine.of(m.InputsChanged)), "the keyboard")
    engine.send(m.OpenInput(keys.port))
    engine.wait_for(m.InputOpened, name=keys.port)
    sent_s = []
    for pitch in range(60, 68):
        sent_s.append(keys.play(0x93, pitch, 70 + pitch - 60))
        sent_s.append(keys.play(0x83, pitch, 64))
        time.sleep(0.02)
    sent_s += [keys.play(0xB3, 1, 5), keys.play(0x93, 70, 100), keys.play(0x93, 70, 0)]
    until(lambda: len(engine.of(m.NoteReceived)) == 18, "the notes")
    notes = engine.of(m.NoteReceived)
    assert [(note.pitch, note.velocity) for note in notes[:4]] == [(60, 70), (60, 0), (61, 71), (61, 0)]
    assert [(note.pitch, note.velocity) for note in notes[16:]] == [(70, 100), (70, 0)]
    del sent_s[16]  # a controller, which is no note
    late_s = [note.time_s - moment_s for note, moment_s in zip(notes, sent_s, strict=True)]
    assert min(late_s) > -EARLY_S
    assert max(late_s) < LATE_S
    assert [note.time_s for note in notes] == sorted(note.time_s for note in notes)


def test_what_is_played_sounds_on_the_chosen_track(engine, listen, keyboard):
    synth, keys = listen("synth"), keyboard("keys")
    engine.send(m.OpenPort(synth.port))
    engine.wait_for(m.PortOpened, name=synth.port)
    engine.send(track("bass", 4, semitones=-12))
    engine.send(m.SetThru("bass"))
    engine.send(m.OpenInput(keys.port))
    engine.wait_for(m.InputOpened, name=keys.port)
    keys.play(0x90, 60, 99)
    until(lambda: synth.messages() == [(0x94, 48, 99)], "the note")
    keys.play(0x90, 62, 98)
    until(lambda: synth.messages()[1:] == [(0x84, 48, 64), (0x94, 50, 98)], "one note at a time")
    keys.close()  # with the key down
    engine.wait_for(m.InputLost, name=keys.port)
    until(lambda: not synth.sounding(), "the end of the note")


def test_keyboard_that_comes_back_is_opened_by_itself(engine, keyboard):
    engine.send(m.OpenInput("keys:out"))
    keys = keyboard("keys")
    engine.wait_for(m.InputOpened, name=keys.port)
    keys.close()
    engine.wait_for(m.InputLost, name=keys.port)
    again = keyboard("keys")
    engine.wait_for(m.InputOpened, name=again.port)
    again.play(0x90, 64, 80)
    assert engine.wait_for(m.NoteReceived).pitch == 64
    engine.send(m.OpenInput(None))
    engine.wait_for(m.InputOpened, name=None)
    again.play(0x90, 65, 80)
    engine.send(m.SetParameter("tempo_bpm", 99.0))
    engine.wait_for(m.TransportChanged)
    assert engine.of(m.NoteReceived) == []


def test_our_own_ports_are_not_offered(engine, listen, keyboard):
    engine.send(m.OpenVirtualPort("band"))
    keys = keyboard("keys")
    engine.send(m.OpenInput(keys.port))
    engine.wait_for(m.InputOpened, name=keys.port)
    synth = listen("synth")
    assert engine.wait_for(m.PortsChanged, names=(synth.port,))
    keyboard("more")
    wanted = {keys.port, "more:out"}
    until(lambda: any(set(event.names) == wanted for event in engine.of(m.InputsChanged)), "both")


def test_input_is_closed_and_opened_while_it_is_played(engine, keyboard):
    keys = keyboard("keys")
    engine.wait_for(m.InputsChanged, names=(keys.port,))
    for _ in range(10):
        engine.send(m.OpenInput(keys.port))
        for pitch in range(40, 60):
            keys.play(0x90, pitch, 80)
        engine.send(m.OpenInput(None))
    engine.seen.clear()
    engine.send(m.OpenInput(keys.port))
    engine.wait_for(m.InputOpened, name=keys.port)
    assert engine.alive


@pytest.mark.parametrize("end", ["dies", "stands still"])
def test_server_that_ends_takes_no_input_along(jack, engine, keyboard, listen, end):
    keys = keyboard("keys")
    synth = listen("synth")
    engine.send(track("bass", 1, synth.port))
    engine.send(m.OpenInput(keys.port))
    engine.wait_for(m.InputOpened, name=keys.port)
    play(engine)
    until(synth.note_ons, "notes")
    if end == "dies":
        jack.kill()
        engine.wait_for(m.InputLost, name=keys.port)
    else:
        jack.process.send_signal(signal.SIGSTOP)
        engine.wait_for_error("stands still")
        engine.send(m.OpenInput(None))
        engine.send(track("bass", 1))
    engine.send(m.SetParameter("tempo_bpm", 90.0))
    until(lambda: any(e.timeline.tempo_bpm == 90.0 for e in engine.of(m.TransportChanged)), "the new tempo")
    engine.close()
    assert not engine.alive
    if end == "stands still":
        jack.kill()  # it would wait for each client that it does not know to have ended
