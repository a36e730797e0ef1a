"""Render MIDI files and the tracks of a band to WAV, offline and as fast as the machine can.

Notes
-----
FluidSynth starts a note on a block of 64 frames. Sound is fetched in whole blocks, so that each
note gets the block nearest to its moment: onsets are within 32 frames of where they belong.
"""

from __future__ import annotations

import io
import math
import os
import wave
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from blender_app.core.errors import FileError, FontError, MidiFileError
from blender_app.core.files import write_atomically
from blender_app.core.gm import DRUM_BANK, DRUM_CHANNEL
from blender_app.core.kit import VOICE_COUNT
from blender_app.core.smf import MidiStyle, Part, Section, band_bytes
from blender_app.core.smf_parse import MidiContents, MidiMessage, TempoMap, parse_midi, read_midi
from blender_app.engine.fluid import BLOCK_FRAMES, DRUMS_RING_S, OfflineSynth
from blender_app.engine.track import TrackSettings

LONGEST_S = 5400.0
LOUDEST = 10 ** (-0.3 / 20)
"""Peak that what would clip is turned down to; -0.3 dB leaves room for a converter's filter."""
_FADE_S = 0.25
"""The tail's last part fades to silence: a cymbal cut off would click."""
_NOTE_OFFS = (0x8, 0x9)  # a note-on of velocity 0 is one as well
_CONTROL_CHANGE, _PROGRAM_CHANGE = 0xB, 0xC
_BANK_HIGH, _BANK_LOW = 0, 32
_FULL_SCALE = 32767
_CHUNK_FRAMES = 1 << 18


@dataclass(frozen=True, slots=True)
class RenderStyle:
    """How a file is rendered.

    Parameters
    ----------
    font
        A .sf2 or .sf3 file; None is the shipped one.
    kit
        Program (0-127) of the drum kit, whatever the file asks for; None obeys the file.
    sample_rate
        Frames a second, 8000 to 96000.
    tail_s
        How long the sound goes on after the last bar, in seconds.
    loop
        Make a loop of exactly the file's bars: its tail sounds over its beginning, so that it can
        be repeated without a gap.
    """

    font: Path | None = None
    kit: int | None = None
    sample_rate: int = 44100
    tail_s: float = 2.0
    loop: bool = False


_DEFAULT_STYLE = RenderStyle()


@dataclass(frozen=True, slots=True)
class RenderReport:
    """What was written.

    Parameters
    ----------
    length_s
        Of the sound, in seconds.
    peak
        1 is full scale.
    reduced_db
        By how much it was turned down; 0 if nothing would have clipped.
    """

    length_s: float
    peak: float
    reduced_db: float


def render_midi(
    path_mid: str | os.PathLike[str], path_wav: str | os.PathLike[str], style: RenderStyle = _DEFAULT_STYLE
) -> RenderReport:
    """Render the MIDI file `path_mid` to the 16-bit stereo WAV file `path_wav`.

    Parameters
    ----------
    path_mid
        What to play.
    path_wav
        Where to write; an existing file is replaced.
    style
        Font, kit, sample rate and tail.

    Raises
    ------
    MidiFileError
        The MIDI file is missing, damaged, silent or too long.
    FontError, AudioError
        The font cannot be used or FluidSynth is missing.
    FileError
        The WAV file cannot be written.
    """
    return _render_to(path_wav, read_midi(path_mid), style, os.fspath(path_mid))


@dataclass(frozen=True, slots=True)
class BandTrack:
    """A track of a band.

    Parameters
    ----------
    settings
        How it sounds.
    sections
        What it plays, one after the other.
    voice_volumes
        Of the nine voices of drums, 0 to 1.
    """

    settings: TrackSettings
    sections: tuple[Section, ...]
    voice_volumes: tuple[float, ...] = (1.0,) * VOICE_COUNT


def render_band(
    tracks: Sequence[BandTrack],
    path_wav: str | os.PathLike[str],
    midi: MidiStyle,
    style: RenderStyle = _DEFAULT_STYLE,
) -> RenderReport:
    """Render tracks that play together, each with the sound, volume, pan and reverb of its settings.

    Parameters
    ----------
    tracks
        At least one and at most sixteen; all of them are heard, whatever is mute or solo.
    path_wav
        Where to write; an existing file is replaced.
    midi
        Tempo, swing and groove amount of all.
    style
        Font, rate and tail; its kit is not used.

    Raises
    ------
    FontError, AudioError
        The font cannot be used or FluidSynth is missing.
    FileError
        The music is silent or too long, or the WAV file cannot be written.
    """
    parts = [
        Part(
            track.sections,
            replace(
                midi,
                channel=channel,
                voice_volumes=track.voice_volumes,
                semitones=track.settings.semitones,
                sound=track.settings,
            ),
        )
        for channel, track in enumerate(tracks)
    ]
    settings = {channel: track.settings for channel, track in enumerate(tracks)}
    return _render_to(path_wav, parse_midi(band_bytes(parts)), style, "This", settings)


def render_sound(
    contents: MidiContents,
    style: RenderStyle = _DEFAULT_STYLE,
    settings: Mapping[int, TrackSettings] | None = None,
) -> NDArray[np.float32]:
    """Return the sound of a MIDI file; float32, shape (frames, 2), where 1 is full scale.

    Parameters
    ----------
    contents
        Of the MIDI file.
    style
        Font, kit, sample rate and tail.
    settings
        Preset, volume, pan and reverb of each channel; None leaves them to the file.

    Raises
    ------
    FontError, AudioError
        The font cannot be used or FluidSynth is missing.
    """
    rate = style.sample_rate
    end_frame = round(contents.seconds_at(contents.end_tick) * rate)
    tail_frames = round(style.tail_s * rate)
    blocks = math.ceil((end_frame + tail_frames) / BLOCK_FRAMES)
    sound = np.zeros((blocks * BLOCK_FRAMES, 2), np.float32)
    with OfflineSynth(style.font, rate) as synth:
        _choose_sounds(synth, style.kit, settings or {})
        drums = {channel for channel, track in (settings or {}).items() if track.drums}
        timed = _timed(contents, rate, style.kit is not None and not settings)
        now = 0
        for moment, message in _ringing(timed, rate, {DRUM_CHANNEL} if settings is None else drums):
            frame = min(moment, len(sound))
            if frame > now:
                sound[now:frame] = synth.render(frame - now)
                now = frame
            synth.message(message.status, message.data1, message.data2)
        sound[now:] = synth.render(len(sound) - now)
    sound = sound[: end_frame + tail_frames]
    fade_frames = min(tail_frames, round(_FADE_S * rate))
    sound[len(sound) - fade_frames :] *= np.linspace(1, 0, fade_frames, dtype=np.float32)[:, None]
    return _folded(sound, end_frame) if style.loop else sound


def _choose_sounds(synth: OfflineSynth, kit: int | None, settings: Mapping[int, TrackSettings]) -> None:
    """Give the channels of tracks their sounds as the engine does, or else the drum channel its kit."""
    for channel, track in settings.items():
        if not synth.select(channel, track.bank, track.program):
            others = (synth.kits() if track.drums else synth.sounds()) or synth.kits()
            if others:
                synth.select(channel, others[0].bank, others[0].program)
        synth.shape(channel, track)
    if not settings and kit is not None and not synth.select(DRUM_CHANNEL, DRUM_BANK, kit):
        kits = ", ".join(f"{known.program} ({known.name})" for known in synth.kits())
        raise FontError(f"{synth.font.name} has no drum kit {kit}. It has: {kits}.")


def _timed(contents: MidiContents, rate: int, keep_kit: bool) -> Iterator[tuple[int, MidiMessage]]:
    """Yield the messages with the block nearest to their moment, as a frame, in order."""
    tempo_map = TempoMap(contents)
    for message in contents.messages:
        if keep_kit and _chooses_kit(message):
            continue
        yield round(tempo_map.seconds_at(message.tick) * rate / BLOCK_FRAMES) * BLOCK_FRAMES, message


def _ringing(
    timed: Iterable[tuple[int, MidiMessage]], rate: int, drum_channels: AbstractSet[int]
) -> Iterator[tuple[int, MidiMessage]]:
    """Yield the messages with drums' note-offs so late that the drums ring as they do live."""
    ring_frames = math.ceil(DRUMS_RING_S * rate / BLOCK_FRAMES) * BLOCK_FRAMES
    begun: dict[tuple[int, int], int] = {}
    waiting: dict[tuple[int, int], tuple[int, MidiMessage]] = {}  # when a note ends, and what ends it
    for frame, message in timed:
        for note, (end, note_off) in sorted(waiting.items(), key=lambda ending: ending[1][0]):
            if end <= frame:
                yield end, note_off
                del waiting[note]
        place, drum = (message.channel, message.data1), message.channel in drum_channels
        if drum and message.is_note_on:
            begun[place] = frame
            waiting.pop(place, None)  # FluidSynth lets go of the earlier one by itself
        elif drum and place in begun and message.status >> 4 in _NOTE_OFFS:
            waiting[place] = max(frame, begun[place] + ring_frames), message
            continue
        yield frame, message
    yield from sorted(waiting.values(), key=lambda ending: ending[0])


def _chooses_kit(message: MidiMessage) -> bool:
    if message.channel != DRUM_CHANNEL:
        return False
    kind = message.status >> 4
    return kind == _PROGRAM_CHANGE or (kind == _CONTROL_CHANGE and message.data1 in (_BANK_HIGH, _BANK_LOW))


def _folded(sound: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    """Return the first `frames` with all that comes after them laid over their beginning."""
    loop = sound[:frames].copy()
    for start in range(frames, len(sound), max(1, frames)):
        rest = sound[start : start + frames]
        loop[: len(rest)] += rest
    return loop


def _render_to(
    path_wav: str | os.PathLike[str],
    contents: MidiContents,
    style: RenderStyle,
    name: str,
    settings: Mapping[int, TrackSettings] | None = None,
) -> RenderReport:
    """Render, turn down what would clip, and write."""
    if not any(message.is_note_on for message in contents.messages):
        raise MidiFileError(f"{name} has no notes, so there is nothing to hear.")
    length_s = contents.seconds_at(contents.end_tick)
    if length_s > LONGEST_S:
        raise MidiFileError(
            f"{name} lasts {length_s / 60:.0f} minutes; at most {LONGEST_S / 60:.0f} are rendered at once."
        )
    sound = render_sound(contents, style, settings)
    loudest = max(float(sound.max(initial=0.0)), -float(sound.min(initial=0.0)))
    factor = min(1.0, LOUDEST / loudest) if loudest else 1.0
    sound *= factor
    write_atomically(path_wav, wav_bytes(sound, style.sample_rate))
    return RenderReport(len(sound) / style.sample_rate, loudest * factor, 20 * math.log10(1 / factor))


def wav_bytes(sound: NDArray[np.float32], sample_rate: int) -> bytes:
    """Return a 16-bit WAV file of `sound`, which has `sample_rate` frames a second.

    It is float32, shape (frames, channels), 1 being full scale.

    Raises
    ------
    FileError
        The sound is longer than a WAV file may be.
    """
    buffer = io.BytesIO()
    try:
        with wave.open(buffer, "wb") as file:
            file.setnchannels(sound.shape[1])
            file.setsampwidth(2)
            file.setframerate(sample_rate)
            for start in range(0, len(sound), _CHUNK_FRAMES):  # an hour at once would take gigabytes
                part = np.rint(sound[start : start + _CHUNK_FRAMES] * _FULL_SCALE)
                samples = np.clip(part, -_FULL_SCALE - 1, _FULL_SCALE).astype("<i2")
                file.writeframesraw(samples.tobytes())
    except wave.Error as error:
        raise FileError(f"This is too long for a WAV file: {error}.") from error
    return buffer.getvalue()
