"""The engine in its real process: it starts, plays, survives, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from blender_app.core.notes import Note, Pattern
from blender_app.core.paths import default_font
from blender_app.engine import messages as m
from blender_app.engine.host import EngineProcess
from blender_app.engine.midi_port import API_VARIABLE

WAIT_S = 40.0


@pytest.fixture
def no_midi(monkeypatch):
    monkeypatch.setenv(API_VARIABLE, "jack")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "none-of-this-name")


@pytest.fixture
def engine():
    process = EngineProcess()
    process.start()
    process.send(m.SetTrack(m.TrackSettings("drums", True, 128)))
    yield process
    process.close()


@pytest.fixture
def wait_for(engine):
    """Wait for an event of a kind with these fields; forget it and those before."""
    seen = []

    def wait(kind, **fields):
        end_s = time.monotonic() + WAIT_S
        while True:
            seen.extend(engine.poll())
            for index, event in enumerate(seen):
                if isinstance(event, kind) and all(getattr(event, k) == v for k, v in fields.items()):
                    del seen[: index + 1]
                    return event
            if time.monotonic() > end_s:
                pytest.fail(f"waited in vain for {kind.__name__} {fields}; came: {seen}")
            time.sleep(0.005)

    return wait


def until(condition, what):
    end_s = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > end_s:
            pytest.fail(f"waited in vain for {what}")
        time.sleep(0.005)


def hear(target, seconds):
    """Wait until so much more has been written to a file that takes the sound."""
    end = target.stat().st_size + int(seconds * 48000 * 4)
    until(lambda: target.stat().st_size > end, "sound")


def samples_of(target):
    with wave.open(str(target)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2).astype(float)


def four_to_the_floor(serial=1):
    return Pattern(serial, tuple(Note(step, 36, 100, 0.5, 0.0, 0) for step in range(0, 32, 4)))


def test_commands_are_carried_out_in_order(engine, wait_for):
    engine.send(m.SetParameter("tempo_bpm", 99.0))
    assert wait_for(m.TransportChanged).timeline.tempo_bpm == 99.0
    engine.send(m.SetPattern("drums", four_to_the_floor(5)))
    assert wait_for(m.PatternStarted).serial == 5
    engine.send(m.Play())
    playing = wait_for(m.TransportChanged)
    assert playing.playing
    assert abs(playing.timeline.anchor_s - time.monotonic()) < WAIT_S  # the same clock in both processes
    engine.send(m.SetPattern("drums", four_to_the_floor(6), m.ChangeAt.BEAT))
    started = wait_for(m.PatternStarted, serial=6)
    assert started.transport_step % 4 == 0
    assert started.time_s == pytest.approx(playing.timeline.seconds_at(started.transport_step))
    engine.send(m.Stop())
    assert not wait_for(m.TransportChanged).playing


def test_child_has_no_window_no_torch_and_no_numpy(engine, wait_for):
    engine.send(m.SetAudio(True, "file:/dev/null"))
    wait_for(m.AudioChanged)
    loaded = Path(f"/proc/{engine.pid}/maps").read_text().lower()
    assert "libfluidsynth" in loaded
    for name in ("libqt", "pyside", "torch", "numpy", "symusic"):
        assert name not in loaded


def test_sound_goes_to_a_file(engine, wait_for, tmp_path):
    target = tmp_path / "heard.wav"
    engine.send(m.SetPattern("drums", four_to_the_floor()))
    engine.send(m.SetAudio(True, f"file:{target}"))
    assert wait_for(m.FontLoaded).path == default_font()
    changed = wait_for(m.AudioChanged)
    assert (changed.driver, changed.font, changed.message) == (f"file:{target}", default_font(), None)
    assert m.Kit(128, 0, "Standard") in changed.kits
    engine.send(m.SetParameter("tempo_bpm", 300.0))
    engine.send(m.Play())
    assert wait_for(m.TransportChanged, playing=True)
    hear(target, 1.0)
    engine.send(m.SetAudio(False))
    assert wait_for(m.AudioChanged, driver=None).message is None
    engine.close()
    assert np.abs(samples_of(target)).max() > 3000  # 16 bit


def test_band_goes_to_a_file_each_track_with_its_own_sound(engine, wait_for, tmp_path):
    target = tmp_path / "band.wav"
    for name, pan, pitch in (("bass", -1.0, 45), ("melody", 1.0, 93)):
        engine.send(m.SetTrack(m.TrackSettings(name, False, program=73, pan=pan, reverb=0.0)))
        engine.send(m.SetPattern(name, Pattern(1, (Note(0, pitch, 100, 31.0),))))
    engine.send(m.SetAudio(True, f"file:{target}"))
    changed = wait_for(m.AudioChanged)
    assert m.Kit(0, 80, "Square Lead") in changed.sounds
    assert m.Kit(128, 0, "Standard") not in changed.sounds
    engine.send(m.Play())
    wait_for(m.TransportChanged, playing=True)
    hear(target, 2.0)
    engine.send(m.SetAudio(False))
    wait_for(m.AudioChanged, driver=None)
    engine.close()
    samples = samples_of(target)
    spectrum = np.abs(np.fft.rfft(samples, axis=0))
    frequencies = np.fft.rfftfreq(len(samples), 1 / 48000)
    low, high = (spectrum[abs(frequencies - pitch) < pitch / 30].max(0) for pitch in (110.0, 1760.0))
    assert low[0] > 1.5 * low[1]  # a preset's chorus spreads over both sides
    assert high[1] > 1.5 * high[0]


def test_no_audio_device_is_told_and_the_rest_goes_on(engine, wait_for):
    engine.send(m.SetAudio(True, "no such driver"))
    changed = wait_for(m.AudioChanged)
    assert changed.driver is None
    assert changed.kits
    assert "no such driver" in changed.message
    engine.send(m.Play())
    assert wait_for(m.TransportChanged).playing


def test_wrong_font_is_told_and_the_one_before_stays(engine, wait_for, tmp_path):
    engine.send(m.SetAudio(True, "file:/dev/null"))
    wait_for(m.AudioChanged, driver="file:/dev/null")
    wrong = tmp_path / "wrong.sf2"
    wrong.write_bytes(b"RIFFrubbish")
    engine.send(m.LoadFont(wrong))
    failed = wait_for(m.FontFailed)
    assert failed.path == wrong
    assert "wrong.sf2" in failed.message
    engine.send(m.LoadFont(None))
    assert wait_for(m.FontLoaded).path == default_font()
    assert wait_for(m.AudioChanged).driver == "file:/dev/null"


def test_kit_or_sound_that_the_font_lacks_is_told(engine, wait_for):
    engine.send(m.LoadFont(None))
    wait_for(m.AudioChanged, driver=None)
    engine.send(m.SetTrack(m.TrackSettings("drums", True, 128, 99)))
    assert wait_for(m.EngineError).message == "This font has no such kit; Standard plays instead."
    engine.send(m.SetTrack(m.TrackSettings("bass", False, 0, 127)))
    assert "no such sound" in wait_for(m.EngineError).message
    engine.send(m.SetTrack(m.TrackSettings("bass", False, 0, 127, volume=0.5)))  # told once is enough
    engine.send(m.SetTrack(m.TrackSettings("bass", False, 0, 126)))
    wait_for(m.EngineError)
    assert not [event for event in engine.poll() if isinstance(event, m.EngineError)]


def test_no_midi_system_is_told(no_midi, engine, wait_for):
    pytest.importorskip("rtmidi", reason="without python-rtmidi that is what is told")
    assert "jackd" in wait_for(m.PortsChanged, names=()).message
    engine.send(m.OpenVirtualPort("out"))
    assert "jackd" in wait_for(m.EngineError).message
    wait_for(m.PortOpened, name=None)
    assert engine.alive


def test_killed_engine_is_seen_and_can_be_started_again(engine, wait_for):
    wait_for(m.PortsChanged)
    os.kill(engine.pid, signal.SIGKILL)
    until(lambda: not engine.alive, "its end")
    for _ in range(100):
        engine.send(m.Play())
    engine._events.append(m.EngineError("from the dead one"))
    engine.start()
    assert m.EngineError("from the dead one") not in engine.poll()
    engine.send(m.Play())
    assert wait_for(m.TransportChanged).playing


def test_engine_that_does_not_read_blocks_nobody_and_is_killed(engine, wait_for):
    wait_for(m.PortsChanged)
    os.kill(engine.pid, signal.SIGSTOP)
    for _ in range(500):  # much more than a pipe holds
        engine.send(m.SetPattern("drums", Pattern(1, tuple(Note(s % 32, 36, 100) for s in range(200)))))
    engine.poll()
    pid = engine.pid
    engine.close(timeout_s=0.2)
    assert not engine.alive
    until(lambda: not Path(f"/proc/{pid}").exists(), "its end")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_polite_signal_ends_it(engine, wait_for, number):
    wait_for(m.PortsChanged)
    os.kill(engine.pid, number)
    until(lambda: not engine.alive, "its end")
    assert engine._process.exitcode == 0


def test_window_that_does_not_poll_delays_nothing(engine, wait_for):
    engine.send(m.Play())
    for serial in range(3000):
        engine.send(m.SetPattern("drums", four_to_the_floor(serial)))
    engine.send(m.SetParameter("tempo_bpm", 77.0))
    until(
        lambda: any(
            isinstance(e, m.TransportChanged) and e.timeline.tempo_bpm == 77.0 for e in engine.poll()
        ),
        "it",
    )


def test_closing_twice_and_before_starting_does_no_harm():
    process = EngineProcess()
    process.close()
    process.send(m.Play())
    assert process.poll() == []
    process.start()
    process.close()
    process.close()
    assert not process.alive
