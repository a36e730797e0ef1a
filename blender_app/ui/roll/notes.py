"""What hands do to the notes of one part: values in, values out.

A part plays one note at a time: a later note cuts an earlier one. Notes are known by the step on
which they start, which only one of them can have.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from blender_app.core.melody import MAX_PITCH
from blender_app.core.notes import Note

Notes = tuple[Note, ...]
Chosen = frozenset[int]
"""The steps on which chosen notes start."""
Snap = Callable[[int, int], int]
"""Pitch and step -> the pitch that may stand there."""
NOTHING: Chosen = frozenset()


@dataclass(frozen=True, slots=True)
class Edit:
    """Notes after an edit, which of them are chosen, and what the hand wished before notes were cut.

    Parameters
    ----------
    notes
        Of the loop, after the edit.
    chosen
        Steps on which those start that are chosen.
    wished
        As the hand wished them, before they were cut.
    """

    notes: Notes
    chosen: Chosen = NOTHING
    wished: Notes = ()

    @property
    def lost(self) -> Notes:
        """What was wished and is cut or gone."""
        return tuple(note for note in self.wished if note not in self.notes)


def one_part(kept: Iterable[Note], held: Iterable[Note], loop_steps: int) -> Notes:
    """Return the notes of one part; where two start together, the one that the hand holds stays.

    Parameters
    ----------
    kept, held
        The notes that stay as they are, and those in the hand.
    loop_steps
        Length of the loop, at whose end all notes end.
    """
    by_step = {note.step: note for note in kept}
    by_step.update({note.step: note for note in held})
    steps = [*sorted(by_step), loop_steps]
    return tuple(
        replace(by_step[step], length_steps=min(by_step[step].length_steps, float(following - step)))
        for step, following in itertools.pairwise(steps)
    )


def combined(kept: Iterable[Note], held: Iterable[Note], loop_steps: int) -> Edit:
    """Return the part of a loop of `loop_steps` that notes make; those of `held` are chosen.

    Where two start together, that of `held` stays, not that of `kept`.
    """
    kept, held = tuple(kept), tuple(held)
    return Edit(one_part(kept, held, loop_steps), frozenset(note.step for note in held), kept + held)


def sounding_on(notes: Notes, step: int) -> Note | None:
    """Return the one of `notes` that sounds on `step`."""
    return next((note for note in notes if note.step <= step < note.step + note.length_steps), None)


def parted(notes: Notes, chosen: Chosen) -> tuple[Notes, Notes]:
    """Return those of `notes` that are not `chosen`, and those that are."""
    return (
        tuple(note for note in notes if note.step not in chosen),
        tuple(note for note in notes if note.step in chosen),
    )


def moved(
    notes: Notes,
    chosen: Chosen,
    steps: int,
    semitones: int,
    snap: Snap,
    loop_steps: int,
    copies: bool = False,
) -> Edit:
    """Move chosen notes together, or copies of them, as far as the loop and MIDI reach.

    Parameters
    ----------
    notes, chosen
        All notes, and which of them.
    steps, semitones
        How far they are to move.
    snap
        Gives the pitches that may stand there.
    loop_steps
        Length of the loop.
    copies
        Whether copies move, and the notes stay.
    """
    kept, held = parted(notes, chosen)
    if not held:
        return Edit(notes, chosen)
    steps = max(-held[0].step, min(loop_steps - 1 - held[-1].step, steps))
    pitches = [note.pitch for note in held]
    semitones = max(-min(pitches), min(MAX_PITCH - max(pitches), semitones))
    placed = [
        replace(
            note,
            step=note.step + steps,
            pitch=snap(note.pitch + semitones, note.step + steps) if semitones else note.pitch,
        )
        for note in held
    ]
    return combined(notes if copies else kept, placed, loop_steps)


def stretched(notes: Notes, chosen: Chosen, by: int, loop_steps: int) -> Edit:
    """Let notes end later, at least one step after they start.

    Parameters
    ----------
    notes
        All of the loop.
    chosen
        Steps on which those start that change.
    by
        How many steps; earlier if negative.
    loop_steps
        Length of the loop.
    """
    kept, held = parted(notes, chosen)
    placed = [replace(note, length_steps=max(1.0, note.length_steps + by)) for note in held]
    return combined(kept, placed, loop_steps)


def begun(notes: Notes, chosen: Chosen, by: int, loop_steps: int) -> Edit:
    """Let notes start later and end where they did.

    Parameters
    ----------
    notes
        All of the loop.
    chosen
        Steps on which those start that change.
    by
        How many steps; earlier if negative.
    loop_steps
        Length of the loop.
    """
    kept, held = parted(notes, chosen)
    placed = []
    for note in held:
        shift = max(-note.step, min(int(note.length_steps) - 1, by))
        placed.append(replace(note, step=note.step + shift, length_steps=note.length_steps - shift))
    return combined(kept, placed, loop_steps)


def louder(notes: Notes, chosen: Chosen, by: float) -> Edit:
    """Change the velocity of the `chosen` of `notes` by `by`, within 1-127."""
    return Edit(
        tuple(
            replace(note, velocity=min(127, max(1, round(note.velocity + by))))
            if note.step in chosen
            else note
            for note in notes
        ),
        chosen,
    )


def nudged(notes: Notes, chosen: Chosen, by: float) -> Edit:
    """Play the `chosen` of `notes` `by` steps later against the grid, within half a step."""
    return Edit(
        tuple(
            replace(note, microtiming=min(0.5, max(-0.5, round(note.microtiming + by, 3))))
            if note.step in chosen
            else note
            for note in notes
        ),
        chosen,
    )


def without(notes: Notes, chosen: Chosen) -> Edit:
    """Take the `chosen` of `notes` away."""
    return Edit(parted(notes, chosen)[0])


def cleared(notes: Notes, first: int, end: int) -> Notes:
    """Return `notes` with silence from step `first` up to step `end`; what reaches in is cut."""
    return tuple(
        replace(note, length_steps=min(note.length_steps, float(first - note.step)))
        if note.step < first
        else note
        for note in notes
        if not first <= note.step < end
    )
