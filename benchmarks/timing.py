"""How exactly the engine plays: onsets in recorded sound, and jitter of MIDI notes.

    python benchmarks/timing.py [--seconds 20] [--rounds 3] [--period 128]

Sound: the engine's process plays eighths and writes what would be heard into a file, in real time,
while patterns are exchanged a hundred times a second and a thread and a process keep Python busy.
Each onset is found by correlation with the first one and compared with an even grid; FluidSynth's
own quantum is 64 frames.

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
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from blender_app.core.drums import VOICE_PITCHES
from blender_app.core.notes import Note, Pattern
from blender_app.engine import messages as m
from blender_app.engine.audio_clock import FIRST_S
from blender_app.engine.host import EngineProcess
from blender_app.engine.midi_port import API_VARIABLE

QUANTUM_FRAMES = 64
SOUND_TEMPO_BPM = 113.0  # its eighths are no multiple of the quantum
TEMPO_BPM = 120.0
CLOCK_S = 60.0 / TEMPO_BPM / 24
SWAP_S = 0.01
SERVER = "loopweave-timing"
HAT = 2
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
        deviations = sound_deviations(options.seconds)
        worst = float(np.abs(deviations).max())
        missed += worst > QUANTUM_FRAMES
        print("onsets in recorded sound, patterns exchanged 100 times a second")
        print(f"  onsets                          {len(deviations):8d}")
        print(f"  largest deviation from the grid {worst:8.1f} frames  (target {QUANTUM_FRAMES})")
        print(f"  standard deviation              {float(deviations.std()):8.1f} frames\n")
        if shutil.which("jackd") is None:
            print("MIDI: jackd is not installed, nothing measured")
            return missed + 1
        missed += _report_midi(options.seconds, options.rounds, _jack(options.period, options.realtime))
    return missed


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


def sound_deviations(seconds: float) -> NDArray[np.float64]:
    """Return by how many frames each onset of the recorded sound is off an even grid."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "heard.wav"
        engine = EngineProcess()
        engine.start()
        engine.send(m.SetAudio(True, f"file:{target}"))
        _wait_for(engine, m.AudioChanged)
        time.sleep(FIRST_S)  # in which the engine gets to know the card's clock
        engine.send(m.SetTempo(SOUND_TEMPO_BPM))
        engine.send(m.SetPattern(m.DRUM_TRACK, _eighths(0)))
        engine.send(m.Play())
        end_s = time.monotonic() + seconds
        serial = 0
        while time.monotonic() < end_s:
            serial += 1
            engine.send(m.SetPattern(m.DRUM_TRACK, _eighths(serial)))
            engine.poll()
            time.sleep(SWAP_S)
        engine.send(m.Stop())
        engine.close()
        with wave.open(str(target)) as file:
            rate = file.getframerate()
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    return _deviations(samples.reshape(-1, 2)[:, 0].astype(np.float64), rate)


def _eighths(serial: int) -> Pattern:
    velocity = 90 + serial % 20
    notes = tuple(Note(step, VOICE_PITCHES[HAT], velocity, 0.5, 0.0, HAT) for step in range(0, 32, 2))
    return Pattern(serial, notes)


def _deviations(sound: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """Return the onsets' distance in frames from the even grid that fits them best."""
    step = rate * 60.0 / SOUND_TEMPO_BPM / 2
    loud = np.flatnonzero(np.abs(sound) > 0.05 * np.abs(sound).max())
    begin = max(0, int(loud[0]) - 100)
    template = sound[begin : begin + 600]
    onsets = []
    for index in range(int((len(sound) - begin) / step)):
        start = max(0, round(begin + index * step) - 2000)
        part = sound[start : start + 4600]
        match = np.correlate(part, template, "valid") / np.dot(template, template)
        if len(part) < 4600 or match.max() < 0.5:  # the end
            break
        onsets.append(start + int(np.argmax(match)) - index * step)
    places: NDArray[np.float64] = np.array(onsets, np.float64)
    middle = float(places.max() + places.min()) / 2
    return places - middle


# -- MIDI -------------------------------------------------------------------------------------------


def midi_intervals(send: object, seconds: float) -> NDArray[np.float64]:
    """Return the seconds between notes, as JACK gave them out, while `send` plays."""
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
    engine.send(m.SetTempo(TEMPO_BPM))
    engine.send(m.SetPattern(m.DRUM_TRACK, _clocks(0)))
    engine.send(m.Play())
    end_s = time.monotonic() + seconds
    serial = 0
    while time.monotonic() < end_s:
        serial += 1
        engine.send(m.SetPattern(m.DRUM_TRACK, _clocks(serial)))
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
