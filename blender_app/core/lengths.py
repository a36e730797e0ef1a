"""Loops of other lengths: said again, cut, and taken twice as slowly."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias, TypeVar, cast

from blender_app.core.drums import DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.time import check_steps

Loop: TypeAlias = DrumLoop | MelodyLoop
_L = TypeVar("_L", bound=Loop)


def repeated(loop: _L, steps: int) -> _L:
    """Return a loop said again until it has `steps` steps; what sounds at its end ends there each time.

    Parameters
    ----------
    loop
        The loop.
    steps
        The new length, 16 to 256 and not shorter than the loop.

    Raises
    ------
    ValueError
        No loop is so long, or this one is longer.
    """
    if check_steps(steps) < loop.steps:
        raise ValueError(f"a loop of {loop.steps} steps does not fit into {steps}")
    if steps == loop.steps:
        return loop
    notes = loop.to_notes()
    rounds = (
        replace(note, step=start + note.step) for start in range(0, steps, loop.steps) for note in notes
    )
    return _from_notes(loop, rounds, steps)


def cut(loop: _L, steps: int) -> _L:
    """Return the first `steps` steps of a loop; a note that reaches beyond them ends there.

    Parameters
    ----------
    loop
        The loop.
    steps
        The new length, 16 to 256 and not longer than the loop.

    Raises
    ------
    ValueError
        No loop is so long, or this one is shorter.
    """
    if check_steps(steps) > loop.steps:
        raise ValueError(f"a loop of {loop.steps} steps has no {steps}")
    return loop if steps == loop.steps else _from_notes(loop, loop.to_notes(), steps)


def resized(loop: _L, steps: int) -> _L:
    """Return `loop` of `steps` steps (16 to 256): said again where it is shorter, else its beginning."""
    return repeated(loop, steps) if steps >= loop.steps else cut(loop, steps)


def halved(loop: _L) -> _L:
    """Return the first half of `loop`; ValueError if it has only one bar."""
    return cut(loop, loop.steps // 2)


def stretched(loop: _L) -> _L:
    """Return `loop` at half the speed: it takes twice as long.

    Velocity stays; microtiming goes into the place as far as it comes nearer to another step. Where
    two hits of a voice, or two notes, then meet on a step, the rules of `from_notes` say which stays.

    Raises
    ------
    ValueError
        It would have more than sixteen bars.
    """
    steps = check_steps(2 * loop.steps)
    return _from_notes(loop, (_stretched(note) for note in loop.to_notes()), steps)


def matched(loops: Sequence[_L]) -> list[_L]:
    """Return `loops` all as long as the longest of them, the shorter ones said again."""
    longest = max(loop.steps for loop in loops)
    return [repeated(loop, longest) for loop in loops]


def _from_notes(like: _L, notes: Iterable[Note], steps: int) -> _L:
    return cast("_L", type(like).from_notes(notes, steps))


def _stretched(note: Note) -> Note:
    place = 2.0 * (note.step + note.microtiming)
    step = max(0, math.ceil(place - 0.5))  # half-way the lower step, as in files
    return replace(
        note,
        step=step,
        microtiming=max(-0.5, place - step),  # before the beginning there is no step
        length_steps=2.0 * note.length_steps,
    )
