"""Edits of how long loops are: those in corners, at the ends of a morph, and clips.

Methods that take a track mean the one in front where none is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from blender_app.core.checks import check_index, replace_at
from blender_app.core.lengths import halved, repeated, resized, stretched
from blender_app.core.time import LOOP_LENGTHS, bars_text
from blender_app.session.document import Document
from blender_app.session.morphing import END_COUNT, with_end
from blender_app.session.session import CORNER_COUNT, Loop


@dataclass(frozen=True, slots=True)
class LengthEdit:
    """One way to make a loop longer or shorter.

    Parameters
    ----------
    label
        What menus call it: "4 bars", "Double (copy)".
    verb
        What the history says is done to the corner, end or clip; empty where a length is chosen.
    steps
        Returns the new number of steps for that of a loop.
    change
        Returns the loop in its new length.
    """

    label: str
    verb: str
    steps: Callable[[int], int]
    change: Callable[[Loop], Loop]

    def fits(self, loop: Loop) -> bool:
        """Say whether there are loops as long as `loop` would be."""
        return self.steps(loop.steps) in LOOP_LENGTHS

    def text(self, what: str) -> str:
        """Return what the history says of it, done to `what`: "Halve corner", "Length 4 bars"."""
        return f"{self.verb} {what}" if self.verb else f"Length {self.label}"

    def loses(self, loop: Loop) -> bool:
        """Say whether something of `loop` would be gone that does not come again within it."""
        if not self.fits(loop) or self.steps(loop.steps) >= loop.steps:
            return False
        return repeated(self.change(loop), loop.steps) != loop


def _doubled(loop: Loop) -> Loop:
    return resized(loop, 2 * loop.steps)


def _length(steps: int) -> LengthEdit:
    return LengthEdit(bars_text(steps), "", lambda _: steps, partial(resized, steps=steps))


LENGTHS = tuple(_length(steps) for steps in LOOP_LENGTHS)
"""All lengths to choose from: a longer one says the loop again, a shorter one keeps its beginning."""
DOUBLE = LengthEdit("Double (copy)", "Double", lambda steps: 2 * steps, _doubled)
STRETCH = LengthEdit("Double (stretch)", "Stretch", lambda steps: 2 * steps, stretched)
HALVE = LengthEdit("Halve", "Halve", lambda steps: steps // 2, halved)


class LengthEdits:
    """Changes how long the loops of a document are; what does not fit changes nothing.

    Parameters
    ----------
    document
        What is edited.

    Notes
    -----
    All methods return whether something of the loop is gone. It keeps its name, and stays as exempt from
    the key as it was.
    """

    def __init__(self, document: Document) -> None:
        self._document = document

    def change_corner(self, index: int, edit: LengthEdit, track: str | None = None) -> bool:
        """Make the loop in a corner longer or shorter.

        Parameters
        ----------
        index
            The corner, 0-3.
        edit
            How.
        track
            Whose corner.
        """
        check_index("corner", index, CORNER_COUNT)
        this = self._document.track(track)
        loop = this.corners[index]
        if edit.fits(loop):
            corners = replace_at(this.corners, index, edit.change(loop))
            self._document.edit_track(edit.text("corner"), track, corners=corners)
        return edit.loses(loop)

    def change_end(self, end: int, edit: LengthEdit, track: str | None = None) -> bool:
        """Make the loop at an end of the morph longer or shorter, if there is a morph.

        Parameters
        ----------
        end
            The end, 0 or 1.
        edit
            How.
        track
            Whose morph.
        """
        check_index("end", end, END_COUNT)
        morph = self._document.track(track).morph
        if morph is None:
            return False
        loop = morph.ends[end]
        if edit.fits(loop):
            changed = with_end(morph, end, edit.change(loop), morph.names[end], morph.user_edited[end])
            self._document.edit_track(edit.text("end"), track, morph=changed)
        return edit.loses(loop)

    def change_clip(self, index: int, edit: LengthEdit) -> bool:
        """Make a clip longer or shorter.

        Parameters
        ----------
        index
            Which of the clips, from 0.
        edit
            How.
        """
        clips = self._document.session.clips
        check_index("clip", index, len(clips))
        loop = clips[index].loop
        if edit.fits(loop):
            changed = replace(clips[index], loop=edit.change(loop))
            self._document.edit(edit.text("clip"), clips=replace_at(clips, index, changed))
        return edit.loses(loop)
