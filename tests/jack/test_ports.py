"""Notes through real MIDI ports, and everything that can happen to those."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from blender_app.core.drums import VOICE_PITCHES
from blender_app.core.errors import PortError
from blender_app.core.notes import Note, Pattern
from blender_app.engine import messages as m
from blender_app.engine.input_manager import InputManager
from blender_app.engine.live_synth import LiveSynth
from blender_app.engine.midi_port import MidiSystem
from blender_app.engine.port_manager import PortManager

from .conftest import until  # noqa: TID252

NOTE_MAP = (60, 61, 62, 63, 64, 65, 66, 67, 68)


def play(engine, pattern, port):
    engine.send(m.OpenPort(port))
    engine.wait_for(m.PortOpened, name=port, virtual=False)
    engine.send(m.SetParameter("tempo_bpm", 300.0))
    engine.send(m.SetPattern("drums", pattern))
    engine.send(m.Play())


def test_notes_arrive_as_they_are_written(engine, listen):
    synth = listen()
    notes = tuple(Note(voice, VOICE_PITCHES[voice], 20 + voice * 10, 0.5, 0.0, voice) for voice in range(9))
    engine.send(m.SetTrack(m.TrackSettings("drums", True, channel=4, note_map=NOTE_MAP)))
    play(engine, Pattern(1, notes, 16), synth.port)
    expected = [(0x94, NOTE_MAP[voice], 20 + voice * 10) for voice in range(9)]
    until(lambda: len(synth.note_ons()) >= 18 and set(expected) <= set(synth.note_ons()), "two rounds")
    assert set(synth.note_ons()) == set(expected)
    engine.send(m.Stop())
    until(lambda: not synth.sounding(), "the note-offs")


def test_general_midi_is_the_default(engine, listen):
    synth = listen()
    engine.send(m.OpenPort(synth.port))
    engine.wait_for(m.PortOpened, name=synth.port)
    for voice in range(9):
        engine.send(m.Preview("drums", Note(0, VOICE_PITCHES[voice], 100, 0.5, 0.0, voice)))
    until(lambda: len(synth.note_ons()) == 9, "nine notes")
    assert synth.note_ons() == [(0x99, key, 100) for key in VOICE_PITCHES]


def test_virtual_port_can_be_connected_to(engine, listen):
    engine.send(m.OpenVirtualPort("drums out"))
    engine.wait_for(m.PortOpened, name="drums out", virtual=True)
    synth = listen("daw", connect_to="drums out")
    until(synth.ready, "the connection")

    def heard():  # JACK loses what is sent while the other program connects
        engine.send(m.Preview("drums", Note(0, 38, 88, 0.5, 0.0, 1)))
        return (0x99, 38, 88) in synth.messages()

    until(heard, "the note")
    until(lambda: not synth.sounding(), "its end")


def test_plugging_and_unplugging_is_seen(engine, listen):
    engine.wait_for(m.PortsChanged)
    first, second = listen("one"), listen("two")
    until(lambda: any({first.port, second.port} <= set(e.names) for e in engine.of(m.PortsChanged)), "both")
    engine.seen.clear()
    first.close()
    changed = engine.wait_for(m.PortsChanged)
    assert first.port not in changed.names
    assert second.port in changed.names
    assert changed.message is None


def test_vanished_port_is_told_and_the_engine_plays_on(engine, listen, held):
    first, second = listen("one"), listen("two")
    play(engine, held, first.port)
    until(first.note_ons, "notes")
    first.close()
    assert engine.wait_for(m.PortLost).name == first.port
    engine.send(m.OpenPort(second.port))
    engine.wait_for(m.PortOpened, name=second.port)
    until(second.note_ons, "notes at the other port")
    assert engine.alive


def test_port_that_came_back_can_be_opened_again(engine, listen, held):
    first = listen("one")
    play(engine, held, first.port)
    until(first.note_ons, "notes")
    first.close()
    engine.wait_for(m.PortLost)
    again = listen("one")
    engine.wait_for(m.PortsChanged, names=(again.port,))
    count = len(again.note_ons())
    engine.send(m.OpenPort(again.port))
    until(lambda: len(again.note_ons()) > count, "notes at the port that came back")


def test_changing_ports_leaves_no_note_behind(engine, listen, held):
    first, second = listen("one"), listen("two")
    play(engine, held, first.port)
    until(lambda: len(first.note_ons()) >= 4, "notes")
    engine.send(m.OpenPort(second.port))
    engine.wait_for(m.PortOpened, name=second.port)
    until(lambda: not first.sounding(), "the note-offs")
    engine.send(m.OpenPort(None))
    engine.wait_for(m.PortOpened, name=None)
    until(lambda: not second.sounding(), "the note-offs of the second")


def test_unknown_port_is_named(engine, listen):
    engine.send(m.OpenPort("no such port"))
    engine.wait_for_error("no such port")
    engine.wait_for(m.PortOpened, name=None)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_server_that_dies_takes_nobody_along(jack, engine, listen, held, number):
    synth = listen()
    engine.wait_for(m.PortsChanged, names=(synth.port,))
    play(engine, held, synth.port)
    until(synth.note_ons, "notes")
    jack.kill(number)
    assert engine.wait_for(m.PortLost).name == synth.port
    assert "no MIDI system" in engine.wait_for(m.PortsChanged, names=()).message
    engine.send(m.OpenPort(synth.port))
    engine.wait_for(m.EngineError)
    engine.send(m.Panic())
    engine.send(m.SetParameter("tempo_bpm", 90.0))
    until(lambda: any(e.timeline.tempo_bpm == 90.0 for e in engine.of(m.TransportChanged)), "the new tempo")
    assert engine.alive
    engine.close()
    assert not engine.alive


def test_server_that_dies_while_it_sounds_takes_nobody_along(jack, engine, held):
    engine.send(m.SetAudio(True, "jack"))
    engine.wait_for(m.AudioChanged, driver="jack", message=None)
    engine.send(m.SetPattern("drums", held))
    engine.send(m.Play())
    jack.kill()
    changed = engine.wait_for(m.AudioChanged)
    assert changed.driver is None
    assert "has stopped" in changed.message
    engine.send(m.SetAudio(False))
    assert engine.wait_for(m.AudioChanged).driver is None
    assert engine.alive
    engine.close()
    assert not engine.alive


def test_all_comes_back_with_the_server(jack, engine, listen, held):
    synth = listen()
    engine.send(m.SetAudio(True))
    engine.wait_for(m.AudioChanged, driver="jack")
    play(engine, held, synth.port)
    jack.kill()
    engine.wait_for(m.PortsChanged, names=())
    engine.wait_for(m.AudioChanged, driver=None)
    assert jack.start()
    engine.wait_for(m.AudioChanged, driver="jack", message=None)
    other = listen("other")
    engine.send(m.OpenPort(other.port))
    engine.wait_for(m.PortOpened, name=other.port)
    until(other.note_ons, "notes")


def test_server_that_stands_still_freezes_nobody(jack, engine, listen, held):
    synth = listen()
    play(engine, held, synth.port)
    until(synth.note_ons, "notes")
    jack.process.send_signal(signal.SIGSTOP)
    engine.wait_for_error("stands still")
    for _ in range(100):  # of 32 messages: more than rtmidi takes before it waits for ever
        engine.send(m.Panic())
    engine.send(m.OpenPort(synth.port))
    engine.wait_for_error("ports cannot be opened now")
    engine.send(m.SetParameter("tempo_bpm", 77.0))
    until(lambda: any(e.timeline.tempo_bpm == 77.0 for e in engine.of(m.TransportChanged)), "the new tempo")
    count = len(synth.note_ons())
    jack.process.send_signal(signal.SIGCONT)
    until(lambda: len(synth.note_ons()) > count, "notes again")


def test_engine_ends_beside_a_server_that_stands_still(jack, engine, listen, held):
    synth = listen()
    play(engine, held, synth.port)
    until(synth.note_ons, "notes")
    jack.process.send_signal(signal.SIGSTOP)
    engine.wait_for_error("stands still")
    engine.close()
    assert not engine.alive
    jack.kill()  # it would wait for each client that it does not know to have ended


def test_sound_is_found_by_itself(engine):
    engine.send(m.SetAudio(True))
    engine.wait_for(m.AudioChanged, driver="jack", message=None)


@pytest.mark.parametrize("rate", [44100, 96000])
def test_synth_follows_the_rate_of_the_server(jack, rate):
    jack.kill(signal.SIGTERM)
    jack.rate = rate
    assert jack.start()
    with LiveSynth() as synth:
        synth.start("jack")
        assert synth.sample_rate == rate
        synth.start("file:/dev/null")
        assert synth.sample_rate == 48000


def test_panic_reaches_every_channel(engine, listen, held):
    synth = listen()
    play(engine, held, synth.port)
    until(lambda: len(synth.note_ons()) >= 2, "notes")
    wanted = {(0xB0 | channel, controller, 0) for channel in range(16) for controller in (120, 123)}
    for _ in range(5):  # a JACK server on a busy machine leaves out periods, and what is in them
        engine.send(m.Panic())
        end_s = time.monotonic() + 3
        while not wanted <= set(synth.messages()) and time.monotonic() < end_s:
            time.sleep(0.01)
    assert wanted <= set(synth.messages())


@pytest.mark.parametrize("end", ["stop", "quit", "SIGTERM", "SIGINT", "terminate"])
def test_every_note_ends_when_it_ends(engine, listen, held, end):
    synth = listen()
    play(engine, held, synth.port)
    until(lambda: len(synth.note_ons()) >= 4 and synth.sounding(), "notes")
    if end == "stop":
        engine.send(m.Stop())
    elif end == "quit":
        engine.close()
    elif end == "terminate":
        engine._process.terminate()
    else:
        os.kill(engine.pid, getattr(signal, end))
    until(lambda: not synth.sounding(), "the note-offs")
    if end != "stop":
        until(lambda: not engine.alive, "the end of the process")
        engine.send(m.Play())  # goes nowhere, and does no harm
        engine.poll()


PARENT = textwrap.dedent("""
    import signal, sys, time
    from blender_app.core.notes import Note, Pattern
    from blender_app.engine import messages as m
    from blender_app.engine.host import EngineProcess

    def main():
        signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background ignores it
        engine = EngineProcess()
        engine.start()
        print(engine.pid, flush=True)
        notes = tuple(Note(step, 40 + step, 100, 9999.0) for step in range(4))
        engine.send(m.SetTrack(m.TrackSettings("drums", True)))
        for command in (m.OpenPort(sys.argv[1]), m.SetPattern("drums", Pattern(1, notes, 16)), m.Play()):
            engine.send(command)
        time.sleep(120)

    if __name__ == "__main__":
        main()
""")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_every_note_ends_when_the_window_is_killed(listen, tmp_path, repository, number):
    synth = listen()
    script = tmp_path / "window.py"
    script.write_text(PARENT)
    window = subprocess.Popen(
        [sys.executable, str(script), synth.port],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(repository)},
    )
    try:
        pid = int(window.stdout.readline())
        until(lambda: len(synth.note_ons()) >= 4 and synth.sounding(), "notes")
    finally:
        window.send_signal(number)
        window.wait(20)
        window.stdout.close()
    until(lambda: not synth.sounding(), "the note-offs")
    until(lambda: not _runs(pid), "the end of the engine")


def _runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except OSError:
        return False


def test_closed_port_takes_notes_without_harm(jack, listen):
    synth = listen()
    system = MidiSystem()
    port = system.open(synth.port)
    port.note_on(0.0, 9, 36, 100)
    until(synth.note_ons, "the note")
    port.close()
    port.note_on(0.0, 9, 36, 100)
    port.panic()
    port.close()
    with pytest.raises(PortError, match="nowhere"):
        system.open("nowhere")
    system.close()


def test_dead_server_refuses_in_words(jack):
    system = MidiSystem()
    assert system.alive
    jack.kill()
    until(lambda: not system.alive, "its death")
    assert system.names() == ()
    with pytest.raises(PortError, match="stopped"):
        system.open("anything")
    system.close()
    with pytest.raises(PortError, match="no MIDI system"):
        MidiSystem()


def test_port_that_fails_is_told_as_lost(jack, listen, monkeypatch):
    synth = listen()
    events = []
    attached = []
    inputs = InputManager(lambda *_note: None, lambda: None, events.append)
    keeper = PortManager(lambda _name, port: attached.append(port), inputs, events.append)
    keeper.start()
    keeper.handle(m.OpenPort(synth.port))
    until(lambda: m.PortOpened(synth.port) in events, "the port")
    keeper.port_failed(attached[-1])
    until(lambda: m.PortLost(synth.port) in events, "its loss")
    keeper.handle(m.Quit())
    keeper.join(60)
    assert attached[-1] is None
