"""How exactly the engine plays: onsets in recorded sound, and jitter of MIDI notes.

    python benchmarks/timing.py [--seconds 20] [--rounds 3] [--period 128]

Sound: the engine's process plays eighths and writes what would be heard into a file, in real time,
while patterns are exchanged a hundred times a second, as by a puck that is dragged, and a thread and
a process keep Python busy. First drums alone play, then drums and two parts of one note at a time
take turns and the patterns of all three are exchanged. (The parts play claves and a side stick, whose
onsets can be told to the frame.) Each onset is found by correlation with the same note rendered
offline and compared with one even grid for all; FluidSynth's own quantum is 64 frames.

MIDI: over a JACK server with a dummy driver, a note every 20.8 ms (24 a quarter at 120), received by
a process of its own with the time at which JACK gave it out; a bare loop that only sleeps and sends
takes turns with the engine, in the same run and beside the same busy process and thread.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from blender_app.core.gm import DRUM_BANK
from blender_app.core.kinds import TrackKind
from blender_app.core.kit import VOICE_PITCHES
from blender_app.core.notes import Note, Pattern
from blender_app.engine import messages as m
from blender_app.engine.audio_clock import FIRST_S
from blender_app.engine.fluid import SAMPLE_RATE, OfflineSynth
from blender_app.engine.host import EngineProcess
from blender_app.engine.midi_port import API_VARIABLE

QUANTUM_FRAMES = 64
SOUND_TEMPO_BPM = 113.0  # its eighths are no multiple of the quantum
DRUMS = TrackKind.DRUMS.value
TEMPO_BPM = 120.0
CLOCK_S = 60.0 / TEMPO_BPM / 24
SWAP_S = 0.01
SERVER = "loopweave-timing"
HAT = 2
CLAVES, SIDE_STICK = 75, 37
PATTERN_STEPS = 24
TEMPLATE_FRAMES = 800
MIDI_TARGET_MS = 0.3


def main() -> int:
    """Measure, print a table, and return how many targets were missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each measurement (20)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of engine and bare loop (3)")
    parser.add_argument("--period", type=int, default=128, help="frames a period of the JACK server (128)")
    parser.add_argument("--idle", action="store_true", help="without the busy process and thread")
    parser.add_argument("--realtime", action="store_true", help="a JACK server with real-time priority")
    options = parser.parse_args()
    print(f"$ python benchmarks/timing.py {' '.join(sys.argv[1:])}".rstrip())
    print(f"  {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before\n")
    missed = 0
    with _busy(not options.idle):
        missed += _report_sound([sound_deviations(parts, options.seconds) for parts in (ALONE, BAND)])
        if shutil.which("jackd") is None:
            print("MIDI: jackd is not installed, nothing measured")
            return missed + 1
        missed += _report_midi(options.seconds, options.rounds, _jack(options.period, options.realtime))
    return missed


def _report_sound(measured: Sequence[NDArray[np.float64]]) -> int:
    print("onsets in recorded sound, in frames          drums   three tracks")
    print("  patterns exchanged a second             " + "".join(f"{len(p) * 100:9d}" for p in (ALONE, BAND)))
    worst = [float(np.abs(deviations).max()) for deviations in measured]
    for name, values in (
        ("onsets", [float(len(deviations)) for deviations in measured]),
        (f"largest deviation (target {QUANTUM_FRAMES})", worst),
        ("standard deviation", [float(deviations.std()) for deviations in measured]),
    ):
        digits = 0 if name == "onsets" else 1
        print(f"  {name:40s}" + "".join(f"{value:9.{digits}f}" for value in values))
    print()
    return sum(value > QUANTUM_FRAMES for value in worst)


def _report_midi(seconds: float, rounds: int, server: AbstractContextManager[str]) -> int:
    with server as name_of_server:
        turns = [
            (midi_intervals(_send_bare, seconds), midi_intervals(_send_by_engine, seconds))
            for _ in range(rounds)
        ]
    print(f"MIDI notes every {CLOCK_S * 1000:.1f} ms over {name_of_server}, interval in ms")
    print("                       notes      sd     p99  largest deviation")
    for index, name in enumerate(("bare loop", "engine")):
        intervals = np.concatenate([turn[index] for turn in turns]) * 1000
        off = np.abs(intervals - CLOCK_S * 1000)
        print(
            f"  {name:18s} {len(intervals):8d}  {intervals.std():6.3f}  {np.percentile(off, 99):6.3f}"
            f"  {off.max():6.3f}"
        )
    pairs = [(float(engine.std() - bare.std())) * 1000 for bare, engine in turns]
    median = statistics.median(pairs)
    print(f"  engine above bare loop (median of {rounds} turns) {median:+.3f} ms  (target {MIDI_TARGET_MS})")
    return int(median > MIDI_TARGET_MS)


# -- sound ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A track of the measurement: it plays one note on every `every`-th eighth from `first` on.

    Parameters
    ----------
    settings
        Name, preset and place of the track.
    key
        MIDI note that it plays.
    voice
        That it is of drums, 0-8; None for a melody.
    """

    settings: m.TrackSettings
    key: int
    voice: int | None
    first: int
    every: int

    def pattern(self, serial: int) -> Pattern:
        """Return its pattern, a little louder or softer with each `serial`."""
        steps = range(2 * self.first, PATTERN_STEPS, 2 * self.every)
        notes = (Note(step, self.key, 90 + serial % 20, 5.0, 0.0, self.voice) for step in steps)
        return Pattern(serial, tuple(notes), PATTERN_STEPS)

    def template(self) -> NDArray[np.float64]:
        """Return the sound of its note from the very beginning on."""
        with OfflineSynth(sample_rate=SAMPLE_RATE) as synth:
            synth.select(0, self.settings.bank, self.settings.program)
            synth.shape(0, self.settings)
            synth.message(0x90, self.key, 100)
            return synth.render(TEMPLATE_FRAMES)[:, 0].astype(np.float64)


def _part(name: str, key: int, voice: int | None, first: int, every: int) -> Part:
    settings = m.TrackSettings(name, voice is not None, bank=DRUM_BANK, reverb=0.0)
    return Part(settings, key, voice, first, every)


ALONE = (_part(DRUMS, VOICE_PITCHES[HAT], HAT, 0, 1),)
BAND = (
    _part(DRUMS, VOICE_PITCHES[HAT], HAT, 0, 3),
    _part("bass", CLAVES, None, 1, 3),
    _part("melody", SIDE_STICK, None, 2, 3),
)


def sound_deviations(parts: Sequence[Part], seconds: float) -> NDArray[np.float64]:
    """Return by how many frames each onset of the recorded sound is off one even grid.

    `parts` play for so many `seconds`.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "heard.wav"
        engine = EngineProcess()
        engine.start()
        for part in parts:
            engine.send(m.SetTrack(part.settings))
            engine.send(m.SetPattern(part.settings.track, part.pattern(0)))
        engine.send(m.SetAudio(True, f"file:{target}"))
        _wait_for(engine, m.AudioChanged)
        time.sleep(FIRST_S)  # in which the engine gets to know the card's clock
        engine.send(m.SetParameter("tempo_bpm", SOUND_TEMPO_BPM))
        engine.send(m.Play())
        end_s = time.monotonic() + seconds
        serial = 0
        while time.monotonic() < end_s:
            serial += 1
            for part in parts:
                engine.send(m.SetPattern(part.settings.track, part.pattern(serial)))
            engine.poll()
            time.sleep(SWAP_S)
        engine.send(m.Stop())
        engine.close()
        with wave.open(str(target)) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    return _deviations(samples.reshape(-1, 2)[:, 0].astype(np.float64), parts)


def _deviations(sound: NDArray[np.float64], parts: Sequence[Part]) -> NDArray[np.float64]:
    """Return the onsets' distance in frames from the even grid that fits them best."""
    eighth = SAMPLE_RATE * 60.0 / SOUND_TEMPO_BPM / 2
    loud = int(np.flatnonzero(np.abs(sound) > 0.05 * np.abs(sound).max())[0])
    begin = _begin_of(sound, parts[0].template(), loud)
    found: list[float] = []
    for part in parts:
        template = part.template()
        indices = range(part.first, int((len(sound) - begin) / eighth) - 1, part.every)
        found += [_begin_of(sound, template, round(begin + i * eighth)) - i * eighth for i in indices]
    places: NDArray[np.float64] = np.array(found, np.float64)
    middle = float(places.max() + places.min()) / 2
    return places - middle


def _begin_of(sound: NDArray[np.float64], template: NDArray[np.float64], near: int) -> int:
    """Return the frame at which `template` begins, within 2000 frames of `near`."""
    start = max(0, near - 2000)
    part = sound[start : near + 2000 + len(template)]
    return start + int(np.argmax(np.correlate(part, template, "valid")))


# -- MIDI -------------------------------------------------------------------------------------------


def midi_intervals(send: object, seconds: float) -> NDArray[np.float64]:
    """Return the seconds between notes, as JACK gave them out, while `send` plays.

    It is listened to for so many `seconds`.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    receiver = context.Process(target=_receive, args=(theirs,), daemon=True)
    receiver.start()
    ours.recv()  # its port is there
    if send is _send_by_engine:
        _send_by_engine(seconds)
    else:
        sender = context.Process(target=_send_bare, args=(seconds,), daemon=True)
        sender.start()
        sender.join()
    ours.send("enough")
    intervals = np.array(ours.recv())
    receiver.join()
    return intervals[20:-5]  # less the beginning and the end


def _receive(connection: Connection) -> None:
    """Collect the time since the note before; rtmidi takes it in JACK's process callback."""
    import rtmidi  # noqa: PLC0415

    port = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="timing", queue_size_limit=1)
    since_s = 0.0
    intervals: list[float] = []

    def received(event: tuple[list[int], float], _data: object) -> None:
        nonlocal since_s
        message, delta_s = event
        since_s += delta_s
        if message[0] & 0xF0 == 0x90 and message[2]:
            intervals.append(since_s)
            since_s = 0.0

    port.set_callback(received)
    port.open_virtual_port("in")
    connection.send("ready")
    connection.recv()
    port.cancel_callback()
    connection.send(intervals)
    port.close_port()
    port.delete()


def _send_bare(seconds: float) -> None:
    """Send notes and do nothing else: what Python and the machine allow."""
    import rtmidi  # noqa: PLC0415

    port = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="bare")
    port.open_port(next(i for i, name in enumerate(port.get_ports()) if name.startswith("timing")))
    begin_s = time.monotonic() + 0.1
    for index in range(int(seconds / CLOCK_S)):
        time.sleep(max(0.0, begin_s + index * CLOCK_S - time.monotonic()))
        port.send_message((0x99, 36, 100))
        port.send_message((0x89, 36, 0))
    time.sleep(0.1)
    port.close_port()
    port.delete()


def _send_by_engine(seconds: float) -> None:
    """Let the engine's process play, its pattern exchanged as by a puck that is dragged."""
    engine = EngineProcess()
    engine.start()
    engine.send(m.OpenPort("timing:in"))
    _wait_for(engine, m.PortOpened)
    engine.send(m.SetParameter("tempo_bpm", TEMPO_BPM))
    engine.send(m.SetTrack(m.TrackSettings(DRUMS, True, channel=9)))
    engine.send(m.SetPattern(DRUMS, _clocks(0)))
    engine.send(m.Play())
    end_s = time.monotonic() + seconds
    serial = 0
    while time.monotonic() < end_s:
        serial += 1
        engine.send(m.SetPattern(DRUMS, _clocks(serial)))
        engine.poll()
        time.sleep(SWAP_S)
    engine.send(m.Stop())
    engine.close()


def _clocks(serial: int) -> Pattern:
    """Return six notes a step, so 24 a quarter."""
    notes = tuple(
        Note(step, VOICE_PITCHES[voice], 100, 0.04, voice / 6 - 5 / 12, voice)
        for step in range(32)
        for voice in range(6)
    )
    return Pattern(serial, notes)


# -- surroundings -----------------------------------------------------------------------------------


def _wait_for(engine: EngineProcess, kind: type) -> None:
    end_s = time.monotonic() + 20
    while not any(isinstance(event, kind) for event in engine.poll()):
        if time.monotonic() > end_s:
            raise SystemExit(f"the engine never said {kind.__name__}")
        time.sleep(0.01)


@contextmanager
def _busy(wanted: bool) -> Iterator[None]:
    """Keep a process, and a thread of this one, busy with Python."""
    if not wanted:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=lambda: _spin(stop), daemon=True)
    process = subprocess.Popen([sys.executable, "-c", "while True: sum(range(1000))"])
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        process.kill()
        process.wait()


def _spin(stop: threading.Event) -> None:
    while not stop.is_set():
        sum(range(1000))


@contextmanager
def _jack(period: int, realtime: bool) -> Iterator[str]:
    """Run a JACK server with a dummy driver; give its description."""
    os.environ["JACK_DEFAULT_SERVER"] = SERVER
    os.environ[API_VARIABLE] = "jack"
    priority = "--realtime" if realtime else "--no-realtime"
    command = ["jackd", priority, "--no-mlock", "-n", SERVER, "-d", "dummy"]
    server = subprocess.Popen(
        [*command, "-r", "48000", "-p", str(period)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        time.sleep(2.0)
        yield f"JACK (dummy, period {period}, {priority})"
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    raise SystemExit(main())
