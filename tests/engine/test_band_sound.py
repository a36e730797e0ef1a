"""The band measured as sound: what FluidSynth makes of each track's settings, and when it sounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from blender_app.core.notes import Note, Pattern
from blender_app.engine import messages as m
from blender_app.engine.audio_clock import AudioClock
from blender_app.engine.clock import OfflineClock
from blender_app.engine.fluid import BLOCK_FRAMES, SAMPLE_RATE, OfflineSynth
from blender_app.engine.host import DRUM_KEYS
from blender_app.engine.live_synth import LiveSynth
from blender_app.engine.output import SOUND
from blender_app.engine.player import Player

from .conftest import BASS, DRUMS, MELODY  # noqa: TID252

ORGAN = 16


def rms(sound):
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))


def strength(sound, pitch):
    """Return how strong the fundamental of a pitch is, in one channel of sound."""
    frequency = 440.0 * 2 ** ((pitch - 69) / 12)
    wave = np.exp(-2j * np.pi * frequency * np.arange(len(sound)) / SAMPLE_RATE) * np.hanning(len(sound))
    return float(abs(np.dot(sound, wave))) / len(sound)


@pytest.fixture
def synth():
    with OfflineSynth(sample_rate=SAMPLE_RATE) as made:
        yield made


def struck(synth, settings, key=60, channel=3, seconds=0.5):
    """Return the sound of one note with a track's settings, which is over before the next call."""
    assert synth.select(channel, settings.bank, settings.program)
    synth.shape(channel, settings)
    synth.message(0x90 | channel, key, 100)
    sound = synth.render(round(seconds * SAMPLE_RATE)).copy()
    synth.message(0x80 | channel, key)
    synth.message(0xB0 | channel, 120)
    synth.render(4 * SAMPLE_RATE)
    return sound


@pytest.mark.parametrize(("pan", "left", "right"), [(-1.0, 1, 0), (0.0, 1, 1), (1.0, 0, 1)])
def test_pan_moves_a_track(synth, pan, left, right):
    sound = struck(synth, replace(BASS, pan=pan, reverb=0.0))
    louder = max(rms(sound[:, 0]), rms(sound[:, 1]))
    assert rms(sound[:, 0]) / louder == pytest.approx(left, abs=0.05)
    assert rms(sound[:, 1]) / louder == pytest.approx(right, abs=0.05)


def test_reverb_is_heard_after_the_note(synth):
    tails = []
    for reverb in (0.0, 0.2, 1.0):
        settings = replace(BASS, program=7, reverb=reverb)  # a clavinet, which stops at once
        synth.select(3, settings.bank, settings.program)
        synth.shape(3, settings)
        synth.message(0x93, 60, 100)
        synth.render(SAMPLE_RATE)
        synth.message(0x83, 60)
        synth.render(SAMPLE_RATE // 8)
        tails.append(rms(synth.render(SAMPLE_RATE // 8)))
        synth.render(8 * SAMPLE_RATE)
    assert tails[1] > 1.2 * tails[0]  # a preset has some of its own
    assert tails[2] > 1.8 * tails[1]


def test_volume_goes_by_the_square_as_velocity_does(synth):
    loud, soft, none = (
        rms(struck(synth, replace(BASS, volume=volume, reverb=0.0))) for volume in (1.0, 0.5, 0.0)
    )
    assert soft == pytest.approx(loud / 4, rel=0.05)
    assert none < loud / 1000


def test_untouched_track_sounds_as_a_channel_that_nobody_set_up(synth):
    synth.select(3, 0, 33)
    synth.message(0x93, 60, 100)
    plain = synth.render(SAMPLE_RATE // 2).copy()
    synth.message(0xB3, 120)
    synth.render(4 * SAMPLE_RATE)
    assert rms(struck(synth, replace(BASS, reverb=0.0))) == pytest.approx(rms(plain), rel=0.01)


def test_each_track_keeps_its_own_sound(synth):
    synth.select(1, 0, 33)
    synth.select(2, 0, 73)
    alone = {}
    for channel in (1, 2):
        synth.message(0x90 | channel, 60, 100)
        alone[channel] = synth.render(SAMPLE_RATE // 2)[:, 0].copy()
        synth.message(0xB0 | channel, 120)
        synth.render(4 * SAMPLE_RATE)
    spectra = [np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) for sound in alone.values()]
    likeness = np.dot(*spectra) / np.prod([np.linalg.norm(spectrum) for spectrum in spectra])
    assert likeness < 0.8
    synth.message(0xC2, 74)  # a change on one channel leaves the other
    synth.message(0x91, 60, 100)
    again = synth.render(SAMPLE_RATE // 2)[:, 0]
    assert np.corrcoef(again[:4000], alone[1][:4000])[0, 1] > 0.95


def test_drum_kit_sounds_the_same_on_any_channel(synth):
    kit = replace(DRUMS, program=25, reverb=0.0)
    one, other = struck(synth, kit, 36, channel=9), struck(synth, kit, 36, channel=0)
    assert rms(one) > 0.01
    assert np.corrcoef(one[:8000, 0], other[:8000, 0])[0, 1] > 0.99


def test_font_tells_its_other_sounds(synth):
    sounds = synth.sounds()
    assert {(0, 33), (0, 73)} <= {(sound.bank, sound.program) for sound in sounds}
    assert all(sound.bank != 128 and sound.name for sound in sounds)
    assert not set(sounds) & set(synth.kits())


# -- the whole chain: player and sequencer of FluidSynth, rendered by hand


class Studio:
    """A player and a FluidSynth without a device; sound is rendered as its clock is turned."""

    def __init__(self, synth, *tracks):
        self.clock = OfflineClock()
        self.synth = synth
        self.player = Player(self.clock.now, lambda _event: None, DRUM_KEYS)
        for effect in ("reverb", "chorus"):
            synth._set(f"synth.{effect}.active", 0)
        synth._start_sequencer()
        synth._clock = AudioClock(SAMPLE_RATE)
        self.player.attach(SOUND, synth)
        self.parts, self.rendered = [], 0
        for channel, settings in enumerate(tracks):
            assert synth.select(channel, settings.bank, settings.program)
            synth.shape(channel, settings)
            self.player.handle(m.SetTrack(settings))

    def send(self, *commands):
        for command in commands:
            self.player.handle(command)
        self.player.advance()

    def run(self, seconds):
        end_s = self.clock.now() + seconds
        while self.clock.now() < end_s:
            next_s = min(self.player.advance(), self.clock.now() + 0.02, end_s)
            frames = round(next_s * SAMPLE_RATE) - self.rendered
            if frames > 0:
                self.parts.append(self.synth.render(frames))
                self.rendered += frames
            self.clock.wait_until(max(next_s, self.clock.now() + 1e-6), None)

    @property
    def sound(self):
        return np.concatenate(self.parts)


@pytest.fixture
def live():
    with LiveSynth() as made:
        yield made


def test_three_tracks_begin_on_one_grid(live):
    tracks = (DRUMS, replace(BASS, program=7, gate=0.3), replace(MELODY, program=11, gate=0.3))
    studio = Studio(live, *tracks)
    studio.send(m.SetParameter("tempo_bpm", 113.0))
    keys = ((37, 0), (52, None), (84, None))
    for place, (settings, (key, voice)) in enumerate(zip(tracks, keys, strict=True)):
        notes = tuple(Note(step, key, 110, 1.0, 0.0, voice) for step in range(2 + place * 2, 32, 8))
        studio.send(m.SetPattern(settings.track, Pattern(1, notes)))
    studio.send(m.Play())
    begin_s = studio.player._transport.timeline.anchor_s
    step_s = studio.player._transport.timeline.seconds_at(1) - begin_s
    studio.run(begin_s + 64 * step_s)
    sound = studio.sound[:, 0].astype(np.float64)
    late = []
    for place in range(3):
        frames = [(begin_s + step * step_s) * SAMPLE_RATE for step in range(64) if step % 8 == 2 + place * 2]
        first = int(frames[0])
        start = first - 200 + int(np.flatnonzero(np.abs(sound[first - 200 :]) > 2e-5)[0])
        template = sound[start : start + 1500]
        for frame in frames[1:]:
            part = sound[int(frame) - 400 : int(frame) + 400 + len(template)]
            found = int(frame) - 400 + int(np.argmax(np.correlate(part, template, "valid")))
            late.append(found - frame - (start - frames[0]))
    assert len(late) == 3 * 7
    assert np.abs(late).max() <= BLOCK_FRAMES  # half a block each for the first and for the other


@pytest.mark.parametrize("keys", [(48, 55), (55, 55)])
def test_next_note_takes_over_from_the_one_before(live, keys):
    studio = Studio(live, replace(BASS, program=ORGAN))
    first, second = keys
    notes = Note(0, first, 100, 30.0), Note(8, second, 100, 8.0)
    studio.send(m.SetPattern("bass", Pattern(1, notes)), m.Play())
    studio.run(2.8)
    sound = studio.sound[:, 0]
    during = [sound[int(begin * SAMPLE_RATE) :][: SAMPLE_RATE // 2] for begin in (0.4, 1.4, 2.25)]
    assert strength(during[0], first) > 0.003
    assert strength(during[1], second) > 0.003
    if first != second:
        assert strength(during[1], first) < strength(during[0], first) / 50
    assert rms(during[2]) < 1e-5


@pytest.mark.parametrize(
    "commands",
    [
        (m.SetTrack(replace(BASS, semitones=12)), m.SetPattern("bass", Pattern(2, ()))),
        (m.SetTrack(replace(BASS, mute=True)),),
        (m.RemoveTrack("bass"),),
        (m.SetPattern("bass", Pattern(2, (Note(7, 50, 100, 1.0),))), m.SetPattern("bass", Pattern(3, ()))),
        (m.Preview("bass", Note(0, 50, 100, 1.0)), m.SetPattern("bass", Pattern(2, ()))),
        (m.Stop(),),
    ],
)
@pytest.mark.parametrize("moment_s", [0.5, 0.53])  # while a note sounds, and after the next was told of
def test_nothing_hangs(live, commands, moment_s):
    studio = Studio(live, replace(BASS, program=ORGAN))
    notes = Note(0, 48, 100, 4.0), Note(4, 55, 100, 28.0)
    studio.send(m.SetPattern("bass", Pattern(1, notes)), m.Play())
    studio.run(moment_s)
    assert rms(studio.sound[-4800:]) > 1e-3
    studio.send(*commands)
    studio.run(1.5)
    assert rms(studio.sound[-SAMPLE_RATE // 2 :]) < 1e-5


def test_clicks_are_heard_on_the_beats(live):
    live.select(15, 128, 0)
    studio = Studio(live)
    studio.send(m.Play(1))
    studio.run(2.2)
    sound = np.abs(studio.sound[:, 0])
    assert sound[: round(0.05 * SAMPLE_RATE) - BLOCK_FRAMES].max() < 1e-4
    for beat in range(4):
        frame = round((0.05 + 0.5 * beat) * SAMPLE_RATE)
        assert sound[frame : frame + 1500].max() > 0.02
    assert sound[round(2.15 * SAMPLE_RATE) :].max() < 0.02
