"""FluidSynth measured as sound."""

from __future__ import annotations

import builtins
import random
import shutil
import subprocess
import sys

import numpy as np
import pytest

from blender_app.core.errors import AudioError, FontError
from blender_app.core.paths import default_font
from blender_app.engine import fluid, live_synth
from blender_app.engine.audio_clock import AudioClock
from blender_app.engine.fluid import BLOCK_FRAMES, SAMPLE_RATE, OfflineSynth
from blender_app.engine.live_synth import LiveSynth

SIDE_STICK = 37


def onsets(sound, template, near):
    """Return the frames at which `template` begins, each the best match around those in `near`."""
    found = []
    for frame in near:
        start = max(0, frame - 400)
        part = sound[start : frame + 400 + len(template)]
        found.append(start + int(np.argmax(np.correlate(part, template, "valid"))))
    return found


@pytest.fixture
def synth():
    with LiveSynth() as made:
        made.select(9, 128, 0)
        yield made


def test_live_notes_begin_within_half_a_block_of_their_moment(synth):
    # The sequencer as it runs in the audio thread, but rendered by hand: nothing depends on the machine.
    synth._set("synth.reverb.active", 0)
    synth._set("synth.chorus.active", 0)
    synth._start_sequencer()
    synth._clock = AudioClock(SAMPLE_RATE)
    synth._clock.observe(0.0, 0)
    chance = random.Random(3)
    times_s = [0.1 + 0.25 * index + chance.uniform(0, 0.05) for index in range(24)]
    parts, rendered = [], 0
    for time_s in times_s:  # told a look-ahead before, as the engine does
        frames = round((time_s - 0.03) * SAMPLE_RATE) - rendered
        parts.append(synth.render(frames))
        rendered += frames
        synth.note_on(time_s, 9, SIDE_STICK, 110)
        synth.note_off(time_s + 0.1, 9, SIDE_STICK)
    parts.append(synth.render(SAMPLE_RATE))
    sound = np.concatenate(parts)[:, 0]
    wanted = [round(time_s * SAMPLE_RATE) for time_s in times_s]
    begin = int(np.flatnonzero(np.abs(sound) > 1e-7)[0])
    found = np.array(onsets(sound, sound[begin : begin + 300], wanted))
    lag = found - np.array([time_s * SAMPLE_RATE for time_s in times_s])
    assert np.abs(lag).max() <= BLOCK_FRAMES / 2 + 4  # the sample itself begins 2 to 4 frames late


@pytest.mark.parametrize("rate", [44100, 48000])
def test_every_block_has_a_millisecond_of_its_own(rate):
    ticks = [int(block * BLOCK_FRAMES * 1000 / rate) for block in range(20_000)]
    assert len(set(ticks)) == len(ticks)


def test_cancelled_notes_are_not_heard(synth):
    synth._start_sequencer()
    synth._clock = AudioClock(SAMPLE_RATE)
    synth._clock.observe(0.0, 0)
    synth.note_on(0.1, 9, SIDE_STICK, 110)
    synth.cancel()
    assert np.abs(synth.render(SAMPLE_RATE // 2)).max() < 1e-6


def test_panic_silences_within_a_moment(synth):
    synth._set("synth.reverb.active", 0)
    synth.message(0x99, 49, 127)
    assert np.abs(synth.render(4800)).max() > 0.05
    synth.panic()
    synth.render(4800)
    assert np.abs(synth.render(4800)).max() < 1e-3


def test_volume_scales_the_sound():
    peaks = []
    for volume in (1.0, 0.25, 0.0):
        with LiveSynth(volume=volume) as synth:
            synth.select(9, 128, 0)
            synth.message(0x99, 36, 100)
            peaks.append(float(np.abs(synth.render(9600)).max()))
    assert peaks[0] == pytest.approx(4 * peaks[1], rel=0.02)
    assert peaks[2] < 1e-6


def test_no_kit_clips_at_an_even_velocity():
    with LiveSynth() as synth:
        for kit in synth.kits():
            synth.select(9, kit.bank, kit.program)
            for key in (36, 38, 42):
                synth.message(0x99, key, 100)
            assert 0.1 < np.abs(synth.render(24000)).max() < 1.0
            synth.panic()
            synth.render(48000)


def test_shipped_font_has_its_kits():
    with OfflineSynth() as synth:
        kits = synth.kits()
        assert len(kits) >= 6
        assert all(kit.bank == 128 and kit.name for kit in kits)
        assert synth.select(9, kits[-1].bank, kits[-1].program)
        assert not synth.select(9, 128, 127)


def test_kits_differ_to_the_ear():
    sounds = {}
    with OfflineSynth() as synth:
        for kit in synth.kits():
            synth.select(9, kit.bank, kit.program)
            synth.message(0x99, 36, 110)
            sounds[kit.name] = synth.render(4800).copy()
            synth.message(0xB9, 120, 0)
            synth.render(96000)
    standard = sounds.pop("Standard")
    other = [name for name, sound in sounds.items() if np.abs(sound - standard).max() > 0.01]
    assert len(other) >= 4


def test_messages_reach_their_channel():
    with OfflineSynth() as synth:
        synth.select(0, 0, 0)
        synth.message(0x90, 60, 100)
        loud = np.abs(synth.render(9600)).max()
        synth.message(0xB0, 7, 0)  # channel volume
        synth.render(9600)
        assert loud > 0.01
        assert np.abs(synth.render(9600)).max() < loud / 20


@pytest.mark.parametrize("content", [b"", b"RIFF", b"not a font at all" * 100])
def test_wrong_font_is_named(tmp_path, content):
    font = tmp_path / "wrong.sf2"
    font.write_bytes(content)
    with pytest.raises(FontError, match=r"wrong\.sf2"):
        OfflineSynth(font)


def test_cut_font_is_named(tmp_path):
    font = tmp_path / "cut.sf2"
    with default_font().open("rb") as whole:
        font.write_bytes(whole.read(100_000))
    with pytest.raises(FontError, match=r"cut\.sf2"):
        OfflineSynth(font)


def test_missing_font_is_named(tmp_path):
    with pytest.raises(FontError, match="does not exist"):
        OfflineSynth(tmp_path / "none.sf2")


def test_font_with_an_odd_name_loads(tmp_path):
    font = tmp_path / "Schlagzeug, größer (2).sf2"
    shutil.copy(default_font(), font)
    with OfflineSynth(font) as synth:
        assert synth.kits()


def test_missing_library_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name == "fluidsynth":
            raise ImportError("Couldn't find the FluidSynth library.")
        return real(name, *rest)

    fluid._fluid.cache_clear()
    monkeypatch.delitem(sys.modules, "fluidsynth", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    try:
        with pytest.raises(AudioError, match=r"without the FluidSynth library: install"):
            OfflineSynth(default_font())
    finally:
        fluid._fluid.cache_clear()


def test_no_audio_device_says_what_to_do(synth, monkeypatch):
    monkeypatch.setattr(live_synth, "likely_drivers", lambda: ())
    with pytest.raises(AudioError, match="no audio device"):
        synth.start()
    assert synth.driver is None


def test_unknown_driver_is_named(synth):
    with pytest.raises(AudioError, match="'nonsense'"):
        synth.start("nonsense")


def test_file_driver_writes_what_is_heard(tmp_path):
    target = tmp_path / "heard.wav"
    with LiveSynth() as synth:
        synth.start(f"file:{target}")
        assert synth.driver == f"file:{target}"
        assert synth.frames > 0
        synth.stop()
        assert synth.driver is None
        synth.stop()  # once more does no harm
    assert target.stat().st_size > 44


def test_importing_the_module_loads_no_library():
    code = (
        "import sys, blender_app.engine.fluid; "
        "assert not {'fluidsynth', 'numpy', 'torch', 'PySide6'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
