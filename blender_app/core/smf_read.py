"""Make a drum loop of a MIDI file, whoever wrote it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from blender_app.core.drums import DrumLoop
from blender_app.core.errors import MidiFileError
from blender_app.core.gm import DRUM_CHANNEL
from blender_app.core.kit import PITCH_TO_VOICE
from blender_app.core.notes import Note
from blender_app.core.smf_parse import MidiContents, MidiMessage, read_midi
from blender_app.core.smf_score import Score, first_bar, fitted
from blender_app.core.time import DEFAULT_STEPS, STEPS_PER_BAR, check_steps

NOTE_MAP_TEXT = "loopweave notes {}"
"""The notes of the nine voices, where they are not those of General MIDI."""

_NOTE_MAP = re.compile(r"loopweave notes ((?:\d{1,3} ){8}\d{1,3})")


def read_drum_loop(
    path: str | os.PathLike[str],
    bar: int = 0,
    note_map: Sequence[int] | None = None,
    steps: int = DEFAULT_STEPS,
) -> DrumLoop:
    """Read a few bars of drums from the MIDI file at `path`.

    Parameters
    ----------
    path
        A MIDI file of type 0 or 1. Channel 10 is read or, where nothing is on it, the only part.
    bar
        Number of the first bar, counted from 1; 0 is the first bar with drums in it, or the beginning of a
        file that is no longer than a loop.
    note_map
        MIDI note of each of the nine voices; None is what our own writer noted in the file, or
        else General MIDI, where many notes share a voice.
    steps
        Length of the loop: 16, 32, 64, 128 or 256.

    Returns
    -------
    DrumLoop
        Onsets on the nearest sixteenths, with velocity and microtiming. Where the file has only
        a part of the bars left, one of two and the like, it is repeated.

    Raises
    ------
    MidiFileError
        If the file is missing or damaged, or holds no 4/4 bar of drums there.
    """
    return drum_loop_from(read_midi(path), bar, note_map, name=os.fspath(path), steps=steps)


def drum_loop_from(
    contents: MidiContents,
    bar: int = 0,
    note_map: Sequence[int] | None = None,
    name: str = "This file",
    steps: int = DEFAULT_STEPS,
) -> DrumLoop:
    """Make a drum loop of a file's `contents`; `name` is what messages call the file.

    `bar`, `note_map` and `steps`, and the errors, are those of `read_drum_loop`.
    """
    chosen = _marked_note_map(contents.texts) if note_map is None else note_map
    voices = PITCH_TO_VOICE if chosen is None else {pitch: voice for voice, pitch in enumerate(chosen)}
    score = Score(contents)
    messages = _drum_messages(contents, voices, name)
    places = [score.place_note(message) for message in messages]
    bars = check_steps(steps) // STEPS_PER_BAR
    first = first_bar(places, score, bar, name, bars)
    notes = []
    for message, place in zip(messages, places, strict=True):
        step, pitch = place.steps - first * STEPS_PER_BAR, message.data1
        if step >= 0:
            notes.append(Note(step, pitch, message.data2, microtiming=place.microtiming, voice=voices[pitch]))
    return DrumLoop.from_notes(fitted(notes, score.bars_from(first, bars), bars), steps)


def has_drums(contents: MidiContents) -> bool:
    """Return whether a file's `contents` have notes on the drum channel."""
    return any(message.is_note_on and message.channel == DRUM_CHANNEL for message in contents.messages)


def _drum_messages(contents: MidiContents, voices: dict[int, int], name: str) -> list[MidiMessage]:
    """Return the note-ons of the drums that have a voice."""
    onsets = [message for message in contents.messages if message.is_note_on]
    if not onsets:
        raise MidiFileError(f"{name} has no notes.")
    drums = [message for message in onsets if message.channel == DRUM_CHANNEL]
    if not drums:
        parts = {(message.track, message.channel) for message in onsets}
        if len(parts) > 1:
            raise MidiFileError(
                f"{name} has no drums on channel 10, and {len(parts)} other parts: "
                "put the drums on channel 10 or into a file of their own."
            )
        drums = onsets
    known = [message for message in drums if message.data1 in voices]
    if not known:
        pitches = ", ".join(str(pitch) for pitch in sorted({message.data1 for message in drums})[:5])
        raise MidiFileError(f"{name} has no drum notes that Loopweave knows (its notes: {pitches}).")
    return known


def _marked_note_map(texts: Sequence[tuple[int, str]]) -> list[int] | None:
    """Return the notes of the voices that our own writer noted, if it did."""
    found = [match for _, text in texts if (match := _NOTE_MAP.fullmatch(text))]
    return [int(pitch) for pitch in found[0][1].split()] if found else None
