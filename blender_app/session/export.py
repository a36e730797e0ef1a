"""Export as MIDI files, at the session's tempo, swing and feel, on its channel and notes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from blender_app.core.drums import LOOP_STEPS, DrumLoop
from blender_app.core.gm import DRUM_CHANNEL
from blender_app.core.smf import MidiStyle, Section, grid_sections, read_drum_loop, write_midi
from blender_app.session.document import DRUM_BANK, Session
from blender_app.session.path import PathPlan


def export_loop(path: Path, loop: DrumLoop, name: str, session: Session) -> Path:
    """Write one loop; return the file's path, which ends in .mid.

    Raises
    ------
    FileError
        If the file cannot be written.
    """
    target = with_midi_suffix(path)
    write_midi(target, Section(loop.to_notes(), LOOP_STEPS, name), style_of(session))
    return target


def export_grid(path: Path, cells: Sequence[Sequence[DrumLoop]], session: Session) -> Path:
    """Write all cells one after the other, each with a marker; return the file's path.

    Raises
    ------
    FileError
        If the file cannot be written.
    """
    target = with_midi_suffix(path)
    write_midi(target, grid_sections(cells), style_of(session))
    return target


def export_path(path: Path, plan: PathPlan, loops: Sequence[DrumLoop], session: Session) -> Path:
    """Write what a path plays from its beginning; return the file's path.

    Raises
    ------
    FileError
        If the file cannot be written.
    """
    target = with_midi_suffix(path)
    pattern = plan.pattern(0, loops)
    section = Section(pattern.notes, pattern.length_steps, f"path, {plan.path.bars} bars")
    write_midi(target, section, style_of(session))
    return target


def import_loop(path: Path) -> DrumLoop:
    """Return the drum loop of a MIDI file's first two bars with hits.

    Raises
    ------
    MidiFileError
        If the file is no MIDI file, or has no drums.
    """
    return read_drum_loop(path)


def style_of(session: Session) -> MidiStyle:
    """Return how the session's music is written to MIDI files: on the drum channel with its kit."""
    bank, program = session.kit
    is_gm_kit = bank == DRUM_BANK and session.midi.channel == DRUM_CHANNEL
    return MidiStyle(
        program=program if is_gm_kit else None,
        tempo_bpm=session.tempo_bpm,
        swing=session.swing,
        feel=session.feel,
        channel=session.midi.channel,
        note_map=session.midi.note_map,
    )


def with_midi_suffix(path: Path) -> Path:
    """Return `path` with the ending .mid, unless it has it or .midi already."""
    return path if path.suffix.lower() in (".mid", ".midi") else path.with_name(path.name + ".mid")
