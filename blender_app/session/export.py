"""Export at the session's tempo, swing and feel: as MIDI files, or rendered as WAV files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from blender_app.core.drums import LOOP_STEPS, VOICE_PITCHES
from blender_app.core.gm import DRUM_CHANNEL
from blender_app.core.smf import MidiStyle, Section, grid_sections, read_drum_loop, write_midi
from blender_app.engine.render import RenderStyle, render_patterns
from blender_app.session.document import DRUM_BANK, Loop, Session, Track, TrackKind
from blender_app.session.path import PathPlan

Music = Section | Sequence[Section]

_MIDI_SUFFIXES = (".mid", ".midi")
_SOUND_SUFFIX = ".wav"


def loop_music(loop: Loop, name: str, track: Track) -> Section:
    """Return one loop as music with a name."""
    return Section(loop.to_notes(), LOOP_STEPS, name)


def grid_music(cells: Sequence[Sequence[Loop]], track: Track) -> Sequence[Section]:
    """Return all cells one after the other, each with a marker."""
    return grid_sections(cells)


def path_music(plan: PathPlan, loops: Sequence[Loop], track: Track) -> Section:
    """Return what a path plays from its beginning."""
    pattern = plan.pattern(0, loops)
    return Section(pattern.notes, pattern.length_steps, f"path, {plan.path.bars} bars")


def export_music(path: Path, music: Music, session: Session) -> None:
    """Write a MIDI file, or a WAV file if `path` ends in .wav, which takes as long as it takes.

    Raises
    ------
    FileError
        If the file cannot be written.
    DeviceError
        If there is no font or no FluidSynth to render with.
    """
    if not is_sound(path):
        write_midi(path, music, style_of(session))
        return
    bank, program = session.front_track.sound
    font = None if session.font is None else Path(session.font)
    kit = program if bank == DRUM_BANK else None
    render_patterns(
        music,
        path,
        _style(session, None, DRUM_CHANNEL),
        RenderStyle(font, kit, loop=isinstance(music, Section)),
    )


def is_sound(path: Path) -> bool:
    """Say whether a file of this name is to be rendered."""
    return path.suffix.lower() == _SOUND_SUFFIX


def with_suffix(path: Path) -> Path:
    """Return `path` with the ending .mid, unless it has one that can be written."""
    known = path.suffix.lower() in (*_MIDI_SUFFIXES, _SOUND_SUFFIX)
    return path if known else path.with_name(path.name + _MIDI_SUFFIXES[0])


def import_loop(path: Path, kind: TrackKind) -> Loop:
    """Return the drum loop of a MIDI file's first two bars with hits.

    Raises
    ------
    MidiFileError
        If the file is no MIDI file, or has no drums.
    """
    return read_drum_loop(path)


def style_of(session: Session) -> MidiStyle:
    """Return how the session's music is written to MIDI files: on the drum channel with its kit."""
    bank, program = session.front_track.sound
    is_gm_kit = bank == DRUM_BANK and session.front_track.channel == DRUM_CHANNEL
    return _style(
        session, program if is_gm_kit else None, session.front_track.channel, session.front_track.note_map or VOICE_PITCHES
    )


def _style(
    session: Session, program: int | None, channel: int, note_map: tuple[int, ...] = VOICE_PITCHES
) -> MidiStyle:
    return MidiStyle(
        tempo_bpm=session.tempo_bpm,
        swing=session.swing,
        feel=session.feel,
        channel=channel,
        note_map=note_map,
        program=program,
    )
