"""The piano roll without its window: the notes, what is chosen, the cursor, the pen, and their edits.

Each edit returns what it is called, for undo; an empty text where there was nothing to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from blender_app.core.drums import DEFAULT_VELOCITY
from blender_app.core.melody import MAX_PITCH, OCTAVE, MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.scales import Key, pitch_name
from blender_app.core.time import STEPS_PER_BAR
from blender_app.ui.roll.notes import (
    NOTHING,
    Chosen,
    Edit,
    Notes,
    cleared,
    combined,
    louder,
    moved,
    nudged,
    parted,
    sounding_on,
    stretched,
    without,
)


class RollModel:
    """A loop under edit; `notes` are those of `loop` at all times."""

    def __init__(self) -> None:
        self.loop = MelodyLoop.empty()
        self.notes: Notes = ()
        self.chosen: Chosen = NOTHING
        self.step, self.pitch = 0, 60
        self.pen_velocity, self.pen_length = DEFAULT_VELOCITY, 1
        self.piano_pitch = 60
        self.key: Key | None = None
        self.snaps = True
        self.copied: Notes = ()

    # -- what there is --------------------------------------------------------------------------------

    def take(self, loop: MelodyLoop) -> None:
        """Show `loop` instead; what was chosen stays so where a note still starts."""
        self.loop, self.notes = loop, loop.to_notes()
        self.step = min(self.step, loop.steps - 1)
        self.chosen &= frozenset(note.step for note in self.notes)

    def apply(self, edit: Edit) -> bool:
        """Take over `edit`; tell whether the loop changed."""
        loop = MelodyLoop.from_notes(edit.notes, self.loop.steps)
        changed = loop != self.loop
        if changed:
            self.take(loop)
        self.chosen = edit.chosen & frozenset(note.step for note in self.notes)
        return changed

    def _combined(self, kept: Iterable[Note], held: Iterable[Note]) -> Edit:
        return combined(kept, held, self.loop.steps)

    def snapped(self, pitch: int, step: int) -> int:
        """Return `pitch` within MIDI, and of the scale where pitches snap to one.

        With chords the scale depends on `step`.
        """
        pitch = min(MAX_PITCH, max(0, pitch))
        return self.key.snap(pitch, step) if self.key is not None and self.snaps else pitch

    def sketched(self, pitch: int, step: int) -> int:
        """Return the pitch that a sketch makes of `pitch`: always one of a scale, C major for none.

        With chords the scale depends on `step`.
        """
        return (self.key or Key()).snap(min(MAX_PITCH, max(0, pitch)), step)

    @property
    def here(self) -> Note | None:
        """The note that sounds on the cursor's step."""
        return sounding_on(self.notes, self.step)

    @property
    def targets(self) -> Chosen:
        """What an edit is for: what is chosen, or else the note at the cursor."""
        if self.chosen:
            return self.chosen
        return frozenset({self.here.step}) if self.here else NOTHING

    def describe(self) -> str:
        """Return the cursor's place and what sounds there, in words."""
        place = f"{pitch_name(self.pitch)}, bar {self.step // STEPS_PER_BAR + 1}"
        place += f", step {self.step % STEPS_PER_BAR + 1}"
        note = self.here
        if note is None:
            return f"{place}, rest"
        length = int(note.length_steps)
        words = "" if note.pitch == self.pitch else f"{pitch_name(note.pitch)} sounds, "
        if note.step == self.step:
            words += f"note of {length} step{'s' * (length != 1)}"
        else:
            words += f"held, step {self.step - note.step + 1} of {length}"
        timing = f", {note.microtiming:+.2f} steps off the grid" if note.microtiming else ""
        chosen = f", {len(self.chosen)} chosen" if self.chosen else ""
        return f"{place}, {words}, velocity {note.velocity}{timing}{chosen}"

    # -- the cursor -----------------------------------------------------------------------------------

    def go_to(self, step: int, pitch: int) -> None:
        """Move the cursor to `step` and `pitch`; the loop goes round."""
        self.step, self.pitch = step % self.loop.steps, min(MAX_PITCH, max(0, pitch))

    def climb(self, by: int) -> None:
        """Move the cursor up or down `by` rows, or notes of the scale where pitches snap to it."""
        self.go_to(self.step, self._climbed(self.pitch, by, self.step))

    def go_to_note(self, by: int) -> None:
        """Move the cursor to the next note or, if `by` is -1, to the last one, round the loop."""
        if self.notes:
            starts = [note.step for note in self.notes]
            after = [step for step in starts if (step > self.step if by > 0 else step < self.step)]
            step = (after or starts)[0 if by > 0 else -1]
            self.go_to(step, next(note.pitch for note in self.notes if note.step == step))

    def _climbed(self, pitch: int, by: int, step: int) -> int:
        for each in range(pitch + by, MAX_PITCH + 1 if by > 0 else -1, by):
            if self.snapped(each, step) == each:
                return each
        return pitch

    # -- edits by keys --------------------------------------------------------------------------------

    def toggle(self) -> str:
        """Set a note at the cursor, or take away the one that sounds there."""
        if self.here is not None and self.here.pitch == self.pitch:
            self.apply(without(self.notes, frozenset({self.here.step})))
            return "Delete note"
        self.apply(self._combined(self.notes, [self._pen_note(self.step, self.pitch)]))
        self.chosen = NOTHING
        return "Draw note"

    def _pen_note(self, step: int, pitch: int) -> Note:
        return Note(step, self.snapped(pitch, step), self.pen_velocity, float(self.pen_length))

    def delete(self) -> str:
        """Take away what is chosen, or the note at the cursor."""
        return "Delete notes" if self.apply(without(self.notes, self.targets)) else ""

    def stretch(self, by: int) -> str:
        """Let notes end `by` steps later, or earlier if it is negative."""
        targets = self.targets
        changed = self._apply_here(stretched(self.notes, targets, by, self.loop.steps))
        if changed and len(targets) == 1:
            (step,) = targets
            note = sounding_on(self.notes, step)
            self.pen_length = int(note.length_steps) if note else self.pen_length
        return "Stretch notes" if changed else ""

    def transpose(self, by: int) -> str:
        """Move notes `by` rows: by notes of the scale where pitches snap to it; by octaves as they are."""
        kept, held = parted(self.notes, self.targets)
        whole = by % OCTAVE == 0
        limits = [note.pitch + by for note in held]
        if not held or min(limits) < 0 or max(limits) > MAX_PITCH:
            return ""
        placed = [
            replace(note, pitch=note.pitch + by if whole else self._climbed(note.pitch, by, note.step))
            for note in held
        ]
        follows = self.here is not None and self.here.pitch == self.pitch
        changed = self._apply_here(self._combined(kept, placed))
        if follows and self.here is not None:
            self.go_to(self.step, self.here.pitch)
        return "Transpose notes" if changed else ""

    def shift(self, by: int) -> str:
        """Move notes `by` steps; the cursor goes with them."""
        edit = moved(self.notes, self.targets, by, 0, self.snapped, self.loop.steps)
        by = min(edit.chosen, default=0) - min(self.targets, default=0)
        if not self._apply_here(edit):
            return ""
        self.go_to(self.step + by, self.pitch)
        return "Move notes"

    def loudness(self, by: int) -> str:
        """Change the velocity of notes by `by`, louder if positive; the pen keeps it."""
        targets = self.targets
        changed = self._apply_here(louder(self.notes, targets, by))
        if len(targets) == 1:
            self.pen_velocity = next(note.velocity for note in self.notes if note.step in targets)
        return "Velocity of notes" if changed else ""

    def loudness_of(self, note: Note, by: int) -> str:
        """Change the velocity of `note` by `by`, or of all that are chosen if it is one of them."""
        chosen = self.chosen
        one = frozenset({note.step})
        changed = self.apply(louder(self.notes, chosen if note.step in chosen else one, by))
        self.chosen = chosen
        self.go_to(note.step, note.pitch)
        return "Velocity of notes" if changed else ""

    def set_velocity(self, velocity: int) -> str:
        """Set the `velocity` of the note at the cursor, 1-127; 0 takes it away."""
        here = self.here
        if here is None:
            return ""
        if velocity < 1:
            self.apply(without(self.notes, frozenset({here.step})))
            return "Delete notes"
        return self.loudness_of(here, velocity - here.velocity)

    def nudge(self, by: float) -> str:
        """Play notes `by` steps later than the grid, or earlier if it is negative."""
        return "Timing of notes" if self._apply_here(nudged(self.notes, self.targets, by)) else ""

    def _apply_here(self, edit: Edit) -> bool:
        """Apply an edit of the targets; the note at the cursor is not chosen by it."""
        chosen = bool(self.chosen)
        changed = self.apply(edit)
        if not chosen:
            self.chosen = NOTHING
        return changed

    # -- many notes -----------------------------------------------------------------------------------

    def choose_all(self) -> None:
        """Choose all notes."""
        self.chosen = frozenset(note.step for note in self.notes)

    def choose_none(self) -> None:
        """Choose no note."""
        self.chosen = NOTHING

    def copy(self) -> None:
        """Remember what is chosen."""
        if self.chosen:
            self.copied = parted(self.notes, self.chosen)[1]

    def cut(self) -> str:
        """Remember what is chosen, and take it away."""
        self.copy()
        return self.delete() if self.chosen else ""

    def paste(self) -> str:
        """Set what was copied, from the cursor on; what falls out of the loop is left out."""
        by = self.step - min((note.step for note in self.copied), default=0)
        held = [
            replace(note, step=note.step + by) for note in self.copied if note.step + by < self.loop.steps
        ]
        if not held:
            return ""
        end = max(note.step + int(note.length_steps) for note in held)
        changed = self.apply(self._combined(cleared(self.notes, self.step, end), held))
        return "Paste notes" if changed else ""

    def duplicate(self) -> str:
        """Set copies of what is chosen right behind it, at the next beat's distance."""
        held = parted(self.notes, self.targets)[1]
        if not held:
            return ""
        end = max(note.step + int(note.length_steps) for note in held)
        by = -(-(end - held[0].step) // 4) * 4
        copies = [replace(note, step=note.step + by) for note in held if note.step + by < self.loop.steps]
        return "Duplicate notes" if self.apply(self._combined(self.notes, copies)) else ""

    # -- step entry -----------------------------------------------------------------------------------

    def change_pen(self, velocity: int | None = None, length: int | None = None) -> None:
        """Let notes to come have another `velocity` (1-127) or `length` in steps; None leaves it."""
        if velocity is not None:
            self.pen_velocity = min(127, max(1, velocity))
        if length is not None:
            self.pen_length = length

    def move_piano(self, octaves: int) -> None:
        """Let the computer keyboard's letters play some `octaves` higher."""
        self.piano_pitch = min(MAX_PITCH - 7, max(0, self.piano_pitch + OCTAVE * octaves))

    def enter(self, pitch: int, velocity: int) -> str:
        """Set a note of the pen's length at the cursor, over what was there, and go on behind it.

        It has a `pitch` 0-127 and a `velocity` 1-127.
        """
        kept = cleared(self.notes, self.step, self.step + self.pen_length)
        note = Note(self.step, min(MAX_PITCH, max(0, pitch)), velocity, float(self.pen_length))
        self.apply(self._combined(kept, [note]))
        self.chosen = NOTHING
        self.go_to(self.step + self.pen_length, pitch)
        return "Enter note"

    def rest(self) -> str:
        """Leave the pen's length silent, and go on behind it."""
        changed = self.apply(Edit(cleared(self.notes, self.step, self.step + self.pen_length)))
        self.go_to(self.step + self.pen_length, self.pitch)
        return "Enter rest" if changed else ""

    def tie(self) -> str:
        """Let the last note sound on for the pen's length, and go on behind it."""
        end = min(self.loop.steps, self.step + self.pen_length)
        earlier = [note for note in self.notes if note.step < self.step]
        if not earlier:
            return ""
        kept = cleared(self.notes, self.step, end)
        held = replace(earlier[-1], length_steps=float(end - earlier[-1].step))
        changed = self.apply(self._combined(kept, [held]))
        self.chosen = NOTHING
        self.go_to(end, self.pitch)
        return "Tie note" if changed else ""

    def back(self) -> str:
        """Go back by the pen's length, and leave it silent."""
        step = max(0, self.step - self.pen_length) if self.step else self.loop.steps - self.pen_length
        self.go_to(step, self.pitch)
        changed = self.apply(Edit(cleared(self.notes, step, step + self.pen_length)))
        return "Delete note" if changed else ""
