"""Export at the session's tempo, swing and groove amount: as MIDI files, or rendered as WAV files."""

# ruff: noqa: PLC0415 (what reads, writes and renders is imported when it does: the start need not wait)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from blender_app.core.errors import FileError
from blender_app.core.gm import DRUM_BANK, DRUM_CHANNEL, track_controls
from blender_app.core.kinds import TrackKind
from blender_app.core.kit import VOICE_COUNT, VOICE_PITCHES
from blender_app.core.lengths import Loop
from blender_app.core.melody import OCTAVE
from blender_app.core.notes import Note, Pattern
from blender_app.core.parameters import GrooveParameters, SoundParameters, values_of
from blender_app.core.time import DEFAULT_STEPS
from blender_app.engine.track_state import TrackState
from blender_app.session.commands import settings_of
from blender_app.session.path import PathPlan
from blender_app.session.session import Session, Track

if TYPE_CHECKING:
    from blender_app.core.smf import MidiStyle, Section
    from blender_app.engine.render import RenderReport, RenderStyle

_MIDI_SUFFIXES = (".mid", ".midi")
_SOUND_SUFFIX = ".wav"
_LAST_FILE_BANK = 127


@dataclass(frozen=True, slots=True)
class Music:
    """What is to be written: for each track its sections, one after the other.

    Parameters
    ----------
    tracks
        The tracks that are heard.
    seamless
        Whether it is one stretch, to be rendered so that it can be repeated without a gap.
    mixed
        Whether volumes, pan and reverb belong to it, as to a band, and not the notes alone.
    """

    tracks: tuple[tuple[Track, tuple[Section, ...]], ...]
    seamless: bool = True
    mixed: bool = False


def loop_music(loop: Loop, name: str, track: Track) -> Music:
    """Return a `loop` of `track` as music with that `name`."""
    from blender_app.core.smf import Section

    return Music(((track, (Section(loop.to_notes(), loop.steps, name),)),))


def grid_music(cells: Sequence[Sequence[Loop]], track: Track) -> Music:
    """Return all `cells` (rows of loops) of `track` one after the other, each with a marker."""
    from blender_app.core.smf import grid_sections

    return Music(((track, grid_sections(cells)),), seamless=False)


def path_music(plan: PathPlan, loops: Sequence[Loop], track: Track) -> Music:
    """Return what a path of `track` plays from its beginning: a `plan` and the `loops` at its points."""
    from blender_app.core.smf import Section

    pattern = plan.pattern(0, loops)
    section = Section(pattern.notes, pattern.length_steps, f"path, {plan.path.bars} bars")
    return Music(((track, (section,)),))


def band_music(parts: Sequence[tuple[Track, Pattern]], length_steps: int) -> Music:
    """Return what the tracks play together in the first `length_steps` of the transport.

    Tracks that are mute, or not solo while others are, are left out.

    Parameters
    ----------
    parts
        Tracks, and the pattern that each plays.
    length_steps
        Sixteenths to write; shorter patterns repeat as they do in the engine.
    """
    from blender_app.core.smf import Section

    solo = any(track.solo for track, _ in parts)
    heard = [part for part in parts if not part[0].mute and (part[0].solo or not solo)]
    return Music(
        tuple(
            (track, (Section(_unrolled(pattern, length_steps), length_steps),)) for track, pattern in heard
        ),
        mixed=True,
    )


def export_music(path: Path, music: Music, session: Session) -> None:
    """Write a MIDI file, or a WAV file if `path` ends in .wav, which takes as long as it takes.

    `music` is written with the tempo, swing and font of `session`.

    Raises
    ------
    FileError
        If nothing is to be heard, or the file cannot be written.
    DeviceError
        If there is no font or no FluidSynth to render with.
    """
    from blender_app.core.smf import Part, write_band
    from blender_app.engine.render import RenderStyle

    if is_sound(path):
        font = None if session.font is None else Path(session.font)
        render_music(path, music, session, RenderStyle(font, loop=music.seamless))
        return
    _check_heard(music)
    write_band(path, [Part(sections, _style_of(track, session, music)) for track, sections in music.tracks])


def render_music(path: Path, music: Music, session: Session, style: RenderStyle) -> RenderReport:
    """Write a WAV file, and tell how long and how loud it is.

    `style` says how it is rendered; the other parameters and the errors are as in `export_music`.
    """
    from blender_app.engine.render import BandTrack, render_band

    _check_heard(music)
    tracks = [
        BandTrack(settings_of(track), sections, _voice_volumes(track, music))
        for track, sections in music.tracks
    ]
    return render_band(tracks, path, _style(session), style)


def is_sound(path: Path) -> bool:
    """Say whether a file at `path` is to be rendered, by its ending."""
    return path.suffix.lower() == _SOUND_SUFFIX


def with_suffix(path: Path) -> Path:
    """Return `path` with the ending .mid, unless it has one that can be written."""
    known = path.suffix.lower() in (*_MIDI_SUFFIXES, _SOUND_SUFFIX)
    return path if known else path.with_name(path.name + _MIDI_SUFFIXES[0])


def import_loop(path: Path, kind: TrackKind, steps: int = DEFAULT_STEPS) -> Loop:
    """Return the beginning of a MIDI file's drums, bassline or melody.

    Parameters
    ----------
    path
        The MIDI file.
    kind
        The kind of track that is to play it.
    steps
        Length of the loop: 16, 32, 64, 128 or 256.

    Raises
    ------
    MidiFileError
        If the file is no MIDI file, or has nothing of that kind.
    """
    from blender_app.core.smf import read_midi

    return kind.spec.read(read_midi(path), 0, None, str(path), steps)


def _voice_volumes(track: Track, music: Music) -> tuple[float, ...]:
    """Return how loud the nine voices are: as the track's mix says, if that belongs to the music."""
    state = TrackState(voices=track.mix if music.mixed else ())
    return tuple(state.volume(voice) for voice in range(VOICE_COUNT))


def _check_heard(music: Music) -> None:
    if not music.tracks:
        raise FileError("No track is heard (mute or solo), so there is nothing to export.")


def _unrolled(pattern: Pattern, length_steps: int) -> tuple[Note, ...]:
    """Return the notes that a pattern plays in the first steps of the transport."""
    by_step: dict[int, list[Note]] = {}
    for note in pattern.notes:
        by_step.setdefault(note.step, []).append(note)
    return tuple(
        replace(note, step=step)
        for step in range(length_steps)
        for note in by_step.get(pattern.step_of(step), ())
    )


def _style(session: Session) -> MidiStyle:
    from blender_app.core.smf import MidiStyle

    return MidiStyle(**values_of(session, GrooveParameters))


def _style_of(track: Track, session: Session, music: Music) -> MidiStyle:
    """Return how a track is written to MIDI files: on its channel, with its sound if others have it."""
    bank, program = track.sound
    melodic = not track.kind.spec.voices
    general = bank == DRUM_BANK and track.channel == DRUM_CHANNEL
    if melodic:
        general = bank <= _LAST_FILE_BANK and track.channel != DRUM_CHANNEL
    return replace(
        _style(session),
        channel=track.channel,
        note_map=track.note_map or VOICE_PITCHES,
        voice_volumes=_voice_volumes(track, music),
        bank=bank if melodic and general and bank else None,
        program=program if general else None,
        controls=track_controls(track.volume, track.pan, track.reverb) if music.mixed else (),
        semitones=OCTAVE * track.octave if melodic else 0,
        sound=SoundParameters(**values_of(track, SoundParameters)),
        track_name=track.name if music.mixed else f"Loopweave {track.name}",
    )
