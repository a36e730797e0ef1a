"""Rendering, measured in the sound: onsets against the grid, levels, lengths, seams."""

from __future__ import annotations

import wave
from collections.abc import Iterable
from pathlib import Path

import mido
import numpy as np
import pytest
from numpy.typing import NDArray

from blender_app.core.articulation import Articulation
from blender_app.core.drums import DrumLoop
from blender_app.core.errors import AudioError, FileError, FontError, MidiFileError
from blender_app.core.notes import Note
from blender_app.core.smf import MidiStyle, Music, Section, midi_bytes, write_midi
from blender_app.core.smf_parse import parse_midi
from blender_app.core.time import steps_to_seconds
from blender_app.engine import render
from blender_app.engine.render import (
    BandTrack,
    RenderReport,
    RenderStyle,
    render_band,
    render_midi,
    render_sound,
)
from blender_app.engine.track import TrackSettings

RATE = 44100
PLAIN = RenderStyle()
CLOSED_HAT, SNARE, CRASH = 2, 1, 7


def sound_in(path: Path) -> NDArray[np.float64]:
    """Return the frames of a 16-bit stereo file, 1 being full scale, shape (frames, 2)."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (2, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2) / 32767


def render_music(
    music: Music | Iterable[Music], path: Path, midi: MidiStyle, style: RenderStyle = PLAIN
) -> RenderReport:
    write_midi(path.with_suffix(".mid"), music, midi)
    return render_midi(path.with_suffix(".mid"), path, style)


def onsets_of(sound: NDArray[np.float64], near: list[int], reach: int = 400) -> NDArray[np.int64]:
    """Return where the first hit's attack is found again, by correlation around the frames `near`."""
    mono = sound.sum(1)
    # The attack, sharpened: the slow end of the hit before must not count.
    sharp = np.diff(mono, 2, prepend=0, append=0)
    attack = sharp[near[0] : near[0] + 600]
    found = []
    for frame in near[1:]:
        window = sharp[frame - reach : frame + reach + len(attack)]
        found.append(frame - reach + int(np.correlate(window, attack, "valid").argmax()))
    return np.array([near[0], *found])


@pytest.mark.parametrize(
    ("tempo", "swing", "groove_amount"), [(97.3, 0.5, 1.0), (120, 0.66, 1.0), (61.7, 0.58, 0.5)]
)
def test_onsets_are_within_a_block_of_where_they_belong(
    tmp_path: Path, tempo: float, swing: float, groove_amount: float
) -> None:
    random = np.random.default_rng(5)
    loop = DrumLoop.empty().with_hit(0, CLOSED_HAT, 110)
    for step in range(3, 32, 3):
        loop = loop.with_hit(step, CLOSED_HAT, 110, random.uniform(-0.4, 0.4))
    style = MidiStyle(tempo_bpm=tempo, swing=swing, groove_amount=groove_amount, note_map=(42,) * 9)
    # Even velocities, so that all hits are the same sound.
    render_music(loop, tmp_path / "a.wav", style)
    articulation = Articulation(style)
    expected = [
        round(steps_to_seconds(articulation.onset(note.step, note), tempo) * RATE) for note in loop.to_notes()
    ]
    deviation = onsets_of(sound_in(tmp_path / "a.wav"), expected) - expected
    assert len(deviation) == 11
    tick_frames = steps_to_seconds(1 / 120, tempo) * RATE
    assert np.abs(deviation).max() <= 32 + tick_frames / 2 + 1


def test_tempo_changes_are_followed(tmp_path: Path) -> None:
    file = mido.MidiFile(ticks_per_beat=96)
    track = file.add_track()
    expected, seconds = [], 0.0
    for number, tempo_us in enumerate((500_000, 750_000, 333_333, 1_000_000)):
        track.append(mido.MetaMessage("set_tempo", tempo=tempo_us, time=0 if number == 0 else 95))
        expected.append(round(seconds * RATE))
        track.append(mido.Message("note_on", channel=9, note=42, velocity=110))
        track.append(mido.Message("note_off", channel=9, note=42, time=1))
        seconds += tempo_us / 1e6
    file.save(tmp_path / "a.mid")
    render_midi(tmp_path / "a.mid", tmp_path / "a.wav")
    deviation = onsets_of(sound_in(tmp_path / "a.wav"), expected) - expected
    assert np.abs(deviation).max() <= 33


def test_length_is_that_of_the_bars_and_the_tail(tmp_path: Path) -> None:
    loop = DrumLoop.empty().with_hit(0, SNARE, 100)
    midi = MidiStyle(tempo_bpm=90)
    for tail_s in (0.0, 1.5):
        report = render_music([loop] * 3, tmp_path / "a.wav", midi, RenderStyle(tail_s=tail_s))
        frames = round(3 * 8 * 60 / 90 * RATE) + round(tail_s * RATE)
        assert len(sound_in(tmp_path / "a.wav")) == frames
        assert report.length_s == pytest.approx(frames / RATE)


def test_louder_notes_are_louder() -> None:
    def level(velocity: int) -> float:
        contents = parse_midi(midi_bytes(DrumLoop.empty().with_hit(0, SNARE, velocity)))
        return float(np.sqrt((render_sound(contents) ** 2).mean()))

    levels = [level(velocity) for velocity in (20, 60, 100, 127)]
    assert levels == sorted(levels)
    assert levels[-1] > 4 * levels[0] > 0


def test_drums_ring_however_short_their_notes_are() -> None:
    style = RenderStyle(kit=25)

    def boom(length_steps: float) -> float:
        kick = Section((Note(0, 36, 100, length_steps, voice=0),), 32)
        sound = render_sound(parse_midi(midi_bytes(kick, MidiStyle(tempo_bpm=60))), style)
        return float(np.square(sound).sum())

    assert boom(0.02) == pytest.approx(boom(8.0), rel=0.01)


def test_what_would_clip_is_turned_down_and_nothing_else_is(tmp_path: Path) -> None:
    every = DrumLoop.from_hits(np.ones((32, 9), bool), 127)
    report = render_music(every, tmp_path / "loud.wav", MidiStyle(tempo_bpm=200))
    loud = np.abs(sound_in(tmp_path / "loud.wav"))
    assert report.reduced_db > 0
    assert report.peak == pytest.approx(loud.max(), abs=1e-3)
    assert 0.95 < loud.max() < 0.97
    soft = render_music(DrumLoop.empty().with_hit(0, 0, 60), tmp_path / "soft.wav", MidiStyle())
    assert soft.reduced_db == 0
    assert 0.01 < soft.peak < 0.9


def test_a_loop_is_exactly_its_bars_and_keeps_its_tail(tmp_path: Path) -> None:
    """A crash at the end: its decay is laid over the beginning, which is silent otherwise."""
    loop = DrumLoop.empty().with_hit(28, CRASH, 110)
    midi = MidiStyle(tempo_bpm=120)
    render_music(loop, tmp_path / "whole.wav", midi, RenderStyle(tail_s=3.0))
    render_music(loop, tmp_path / "loop.wav", midi, RenderStyle(tail_s=3.0, loop=True))
    whole, folded = sound_in(tmp_path / "whole.wav"), sound_in(tmp_path / "loop.wav")
    assert len(folded) == 4 * RATE
    tail = whole[4 * RATE :]
    assert np.abs(tail).max() > 0.01
    assert np.abs(folded[: len(tail)] - tail - whole[: len(tail)]).max() < 2e-4
    assert np.array_equal(folded[len(tail) :], whole[len(tail) : 4 * RATE])


def test_the_tail_ends_in_silence(tmp_path: Path) -> None:
    loop = DrumLoop.empty().with_hit(28, CRASH, 110)
    render_music(loop, tmp_path / "a.wav", MidiStyle(), RenderStyle(tail_s=0.5))
    sound = np.abs(sound_in(tmp_path / "a.wav"))
    assert sound[-RATE // 2 : -RATE // 4].max() > 0.01
    assert sound[-1].max() == 0
    assert sound[-RATE // 100 :].max() < 0.04 * sound[-RATE // 2 :].max()


def test_a_loop_shorter_than_its_tail_takes_all_of_it() -> None:
    sound = np.ones((10, 2), np.float32)
    assert render._folded(sound, 4)[:, 0].tolist() == [3, 3, 2, 2]


def test_kits_sound_different_and_the_option_beats_the_file(tmp_path: Path) -> None:
    loop = DrumLoop.empty().with_hit(0, 0, 100).with_hit(8, 1, 100)
    sounds = {}
    for name, program, kit in (("none", None, None), ("file", 25, None), ("both", 0, 25), ("kit", None, 25)):
        render_music(loop, tmp_path / f"{name}.wav", MidiStyle(program=program), RenderStyle(kit=kit))
        sounds[name] = sound_in(tmp_path / f"{name}.wav")
    assert not np.array_equal(sounds["none"], sounds["file"])
    assert np.array_equal(sounds["file"], sounds["both"])
    assert np.array_equal(sounds["file"], sounds["kit"])


def test_rendering_twice_gives_the_same_file(tmp_path: Path) -> None:
    write_midi(tmp_path / "a.mid", DrumLoop.from_hits(np.eye(32, 9, dtype=bool)))
    for name in ("a.wav", "b.wav"):
        render_midi(tmp_path / "a.mid", tmp_path / name)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = DrumLoop.empty().with_hit(0, 0, 100)
    target = tmp_path / "a.wav"
    with pytest.raises(MidiFileError, match="has no notes"):
        render_music(DrumLoop.empty(), target, MidiStyle())
    with pytest.raises(MidiFileError, match="lasts 93 minutes; at most 90"):
        render_music(Section(loop.to_notes(), 16 * 1400), target, MidiStyle(tempo_bpm=60))
    with pytest.raises(FontError, match="does not exist"):
        render_music(loop, target, MidiStyle(), RenderStyle(font=tmp_path / "none.sf2"))
    with pytest.raises(FontError, match=r"has no drum kit 99\. It has: 0 \(Standard\)"):
        render_music(loop, target, MidiStyle(), RenderStyle(kit=99))
    with pytest.raises(FileError, match="does not exist"):
        render_music(loop, tmp_path / "none" / "a.wav", MidiStyle())

    def no_library(*_arguments: object) -> None:
        raise AudioError("There is no sound without the FluidSynth library.")

    monkeypatch.setattr(render, "OfflineSynth", no_library)
    with pytest.raises(AudioError):
        render_music(loop, target, MidiStyle())
    assert not target.exists()


def tone(pitch: int, **settings: object) -> BandTrack:
    notes = (Note(0, pitch, 110, 16.0),)
    values = {"track": "bass", "drums": False, "program": 38, "reverb": 0.0, **settings}
    return BandTrack(TrackSettings(**values), (Section(notes, 32),))  # type: ignore[arg-type]


def rendered(path: Path, *tracks: BandTrack, loop: bool = False) -> NDArray[np.float64]:
    render_band(tracks, path / "band.wav", MidiStyle(tempo_bpm=120), RenderStyle(loop=loop))
    return sound_in(path / "band.wav")


def energy(sound: NDArray[np.float64]) -> float:
    return float(np.square(sound).sum())


def test_a_band_sounds_together_each_track_with_its_own_sound(tmp_path: Path) -> None:
    bass, lead = tone(45), tone(69, track="melody", program=80)
    kick = BandTrack(
        TrackSettings("drums", drums=True, bank=128, program=25, reverb=0.0),
        (Section(DrumLoop.empty().with_hit(16, 0, 110).to_notes(), 32),),
    )
    alone = [rendered(tmp_path, track) for track in (bass, lead, kick)]
    together = rendered(tmp_path, bass, lead, kick)
    assert np.abs(together - sum(alone)).max() < 5e-4
    assert energy(rendered(tmp_path, tone(45, program=0)) - alone[0]) > 0.01 * energy(alone[0])
    late = alone[2][int(2.2 * RATE) :]
    assert energy(late) > 0.002 * energy(alone[2])  # the kick of half a step still rings


def test_two_tracks_of_drums_have_their_own_kits(tmp_path: Path) -> None:
    sections = (Section(DrumLoop.empty().with_hit(0, 0, 110).to_notes(), 32),)
    kits = [BandTrack(TrackSettings("drums", drums=True, bank=128, program=kit), sections) for kit in (0, 25)]
    alone = [rendered(tmp_path, kit) for kit in kits]
    assert energy(alone[0] - alone[1]) > 0.01 * energy(alone[0])
    assert np.abs(rendered(tmp_path, *kits) - sum(alone)).max() < 5e-3


def test_volume_pan_reverb_octave_and_gate_are_heard(tmp_path: Path) -> None:
    plain = rendered(tmp_path, tone(45))
    assert energy(rendered(tmp_path, tone(45, volume=0.5))) < 0.3 * energy(plain)
    left, right = rendered(tmp_path, tone(45, program=33, pan=-1.0)).T
    assert energy(right) < 0.01 * energy(left)
    assert not np.array_equal(rendered(tmp_path, tone(45, reverb=1.0)), plain)
    assert np.array_equal(rendered(tmp_path, tone(33, semitones=12)), plain)
    second = slice(int(1.5 * RATE), 2 * RATE)
    assert energy(rendered(tmp_path, tone(45, gate=0.5))[second]) < 0.01 * energy(plain[second])


def test_a_preset_that_the_font_lacks_is_replaced_as_in_the_window(tmp_path: Path) -> None:
    assert np.array_equal(rendered(tmp_path, tone(45, program=99)), rendered(tmp_path, tone(45, program=0)))


def test_a_band_may_be_a_loop(tmp_path: Path) -> None:
    assert len(rendered(tmp_path, tone(45), tone(57), loop=True)) == 4 * RATE
