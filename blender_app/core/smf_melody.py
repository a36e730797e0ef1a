"""Make a melody loop of a MIDI file, whoever wrote it.

Notes
-----
A part is what one track has on one channel. Of a part that mostly plays one note at a time, a later note cuts
an earlier one, as in Magenta's melodies; of chords and accompanied tunes the skyline is taken: a note that
begins below one that still sounds is left out (Uitdenbogerd and Zobel 1998, "Manipulation of Music for
Melody Matching").
"""

from __future__ import annotations

import itertools
import os
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from blender_app.core.errors import MidiFileError
from blender_app.core.gm import DRUM_CHANNEL, PROGRAM_NAMES
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.smf_parse import MidiContents, MidiMessage, read_midi
from blender_app.core.smf_score import Place, Score, first_bar, fitted
from blender_app.core.time import DEFAULT_STEPS, STEPS_PER_BAR, check_steps

_BASS_BELOW = 48
"""A part with its median pitch below is a bass whatever its sound."""
_BASS_PROGRAMS = range(32, 40)
_MONOPHONIC, _RINGING = 0.9, 0.25
"""One note at a time: so many onsets have one note at least, so many notes ring on at most."""
_COVERED = 0.25
"""A part that has notes in fewer of the bars is taken only if there is no other."""
_MELODY_NAME = re.compile(r"melod|vocal|voice|lead|solo|sing", re.IGNORECASE)
_BASS_NAME = re.compile(r"bass(?!oon)", re.IGNORECASE)
_PROGRAM_CHANGE = 0xC
_NOTES = (0x8, 0x9)


@dataclass(frozen=True, slots=True)
class _Tone:
    """A note of the file, and the tick at which it ends."""

    message: MidiMessage
    end_tick: int


@dataclass(frozen=True, slots=True)
class _MelodicPart:
    """The notes of one track on one channel, in order, and what musicians call them."""

    name: str
    program: int
    tones: tuple[_Tone, ...]

    @property
    def pitch(self) -> float:
        """Median pitch."""
        return median(tone.message.data1 for tone in self.tones)

    @property
    def is_bass(self) -> bool:
        """Whether it is a bass by its register, or by its name or sound."""
        named = self.program in _BASS_PROGRAMS or _BASS_NAME.search(self.name) is not None
        return self.pitch < _BASS_BELOW or (named and not _MELODY_NAME.search(self.name))


def read_melody_loop(
    path: str | os.PathLike[str],
    bar: int = 0,
    track: str | int | None = None,
    *,
    bass: bool = False,
    steps: int = DEFAULT_STEPS,
) -> MelodyLoop:
    """Read a few bars of a melody or bassline from the MIDI file at `path`.

    Parameters
    ----------
    path
        A MIDI file of type 0 or 1.
    bar
        Number of the first bar of four beats, counted from 1; 0 is the first one with notes of the part,
        or the beginning of a file that is no longer than a loop.
    track
        Name of the part to read, or its number among those that are not drums, counted from 1. None is the
        one that looks most like a melody: by its name, then by playing one note at a time, then by its
        register.
    bass
        Look for a bassline instead.
    steps
        Length of the loop: 16, 32, 64, 128 or 256.

    Returns
    -------
    MelodyLoop
        Onsets and ends on the nearest sixteenths, with velocity and microtiming. Where the file has
        only a part of the bars left, one of two and the like, it is repeated.

    Raises
    ------
    MidiFileError
        If the file is missing or damaged, has drums only, or no such part, or no 4/4 bar of it there.
    """
    return melody_loop_from(read_midi(path), bar, track, bass=bass, name=os.fspath(path), steps=steps)


def melody_loop_from(
    contents: MidiContents,
    bar: int = 0,
    track: str | int | None = None,
    *,
    bass: bool = False,
    name: str = "This file",
    steps: int = DEFAULT_STEPS,
) -> MelodyLoop:
    """Make a melody loop of a file's `contents`; `name` is what messages call the file.

    `bar`, `track`, `bass` and `steps`, and the errors, are those of `read_melody_loop`.
    """
    score = Score(contents, sustained=True)
    part = _chosen_part(contents, track, bass, score, name)
    places = [score.place_note(tone.message) for tone in part.tones]
    bars = check_steps(steps) // STEPS_PER_BAR
    first = first_bar(places, score, bar, name, bars)
    notes = _notes_from(part, places, score, (first, steps))
    if not _is_monophonic(notes):
        notes = _skyline(notes)
    return MelodyLoop.from_notes(fitted(notes, score.bars_from(first, bars), bars), steps)


def has_melody(contents: MidiContents) -> bool:
    """Return whether a file's `contents` have notes on a channel that is not the drums'."""
    return any(message.is_note_on and message.channel != DRUM_CHANNEL for message in contents.messages)


def _notes_from(
    part: _MelodicPart, places: Sequence[Place], score: Score, where: tuple[int, int]
) -> list[Note]:
    """Return the part's notes in so many steps from a bar on, `where`, with steps counted from there."""
    first, steps = where
    notes = []
    for tone, place in zip(part.tones, places, strict=True):
        step = place.steps - first * STEPS_PER_BAR
        if 0 <= step < steps and score.is_common_time(place.bar):
            message = tone.message
            length = max(1, score.place(tone.end_tick).steps - place.steps)
            notes.append(
                Note(step, message.data1, message.data2, float(length), microtiming=place.microtiming)
            )
    return notes


def _is_monophonic(notes: Sequence[Note]) -> bool:
    """Return whether notes are played one at a time, mostly."""
    by_step = {note.step: note for note in sorted(notes, key=lambda note: (note.step, note.pitch))}
    line = list(by_step.values())
    if len(line) < _MONOPHONIC * len(notes):
        return False
    ringing = sum(a.step + a.length_steps > b.step for a, b in itertools.pairwise(line))
    return ringing <= _RINGING * (len(line) - 1)


def _skyline(notes: Sequence[Note]) -> list[Note]:
    """Return the notes that no higher one sounds over when they begin."""
    kept: list[Note] = []
    for note in sorted(notes, key=lambda note: (note.step, -note.pitch)):
        if not any(
            other.pitch >= note.pitch and other.step + other.length_steps > note.step for other in kept
        ):
            kept.append(note)
    return kept


def _chosen_part(
    contents: MidiContents, track: str | int | None, bass: bool, score: Score, name: str
) -> _MelodicPart:
    """Return the part that was asked for, or the likeliest one."""
    parts = _parts(contents)
    if not parts:
        if any(message.is_note_on for message in contents.messages):
            raise MidiFileError(f"{name} has drums only: no melody or bassline to read.")
        raise MidiFileError(f"{name} has no notes.")
    if track is None:
        return max(parts, key=lambda part: _likelihood(part, bass, score))
    named = [part for part in parts if part.name.casefold() == str(track).strip().casefold()]
    if named:
        return named[0]
    if str(track).isdecimal() and 1 <= int(track) <= len(parts):
        return parts[int(track) - 1]
    known = ", ".join(f"{number} {part.name}" for number, part in enumerate(parts, 1))
    raise MidiFileError(f"{name} has no part {track!r}. It has: {known}.")


def _likelihood(part: _MelodicPart, bass: bool, score: Score) -> tuple[bool, bool, bool, float]:
    """Return how much a part looks like what is wanted; the first of the tuple counts most."""
    wanted = part.is_bass if bass else bool(_MELODY_NAME.search(part.name)) and not part.is_bass
    places = [score.place(tone.message.tick) for tone in part.tones]
    covers = len({place.bar for place in places}) >= _COVERED * score.bar_count
    steps = [place.steps for place in places]
    monophonic = len(set(steps)) >= _MONOPHONIC * len(steps)
    return wanted, covers, monophonic and part.is_bass == bass, -part.pitch if bass else part.pitch


def _parts(contents: MidiContents) -> list[_MelodicPart]:
    """Return the parts that are not drums and have notes, by track and channel."""
    messages: defaultdict[tuple[int, int], list[MidiMessage]] = defaultdict(list)
    programs: dict[tuple[int, int], int] = {}
    for message in contents.messages:
        place = message.track, message.channel
        if message.channel == DRUM_CHANNEL:
            continue
        if message.status >> 4 in _NOTES:
            messages[place].append(message)
        elif message.status >> 4 == _PROGRAM_CHANGE:
            programs.setdefault(place, message.data1)
    parts = []
    for place in sorted(messages):
        tones = _tones(messages[place], contents.end_tick)
        if tones:
            program = programs.get(place, 0)
            parts.append(_MelodicPart(_part_name(contents, place, programs, messages), program, tones))
    return parts


def _part_name(
    contents: MidiContents,
    place: tuple[int, int],
    programs: dict[tuple[int, int], int],
    messages: dict[tuple[int, int], list[MidiMessage]],
) -> str:
    """Return the name of a part: its track's if it has that to itself, else its sound's, or its channel."""
    track, channel = place
    name = contents.track_names[track].strip()
    if name and sum(other[0] == track for other in messages) == 1:
        return name
    return PROGRAM_NAMES[programs[place]] if place in programs else f"channel {channel + 1}"


def _tones(messages: Sequence[MidiMessage], end_tick: int) -> tuple[_Tone, ...]:
    """Return note-ons with their ends; a note without one ends with its pitch's next, or the file."""
    tones: list[_Tone] = []
    waiting: dict[int, int] = {}  # pitch -> its sounding note's place in `tones`
    for message in messages:
        if message.data1 in waiting:
            place = waiting.pop(message.data1)
            tones[place] = _Tone(tones[place].message, message.tick)
        if message.is_note_on:
            waiting[message.data1] = len(tones)
            tones.append(_Tone(message, end_tick))
    return tuple(tones)
