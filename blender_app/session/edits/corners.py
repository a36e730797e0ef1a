"""Edits of corners: loops drawn, chosen, copied and pasted.

Methods that take a track mean the one in front where none is given.
"""

from __future__ import annotations

from collections.abc import Mapping

from blender_app.core.checks import MAX_NAME_LENGTH, check_index, replace_at
from blender_app.core.drums import VOICE_COUNT, DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.core.melody_presets import MelodyPreset
from blender_app.core.presets import DrumPreset
from blender_app.session.document import Document
from blender_app.session.messages import Messages
from blender_app.session.session import CORNER_PLACES, Loop

EMPTY_NAME, DRAWN_NAME = "Empty", "Drawn"


def drawn_name(name: str) -> str:
    """Return the `name` of a loop that is drawn on: its own, but one that was empty is so no more."""
    return DRAWN_NAME if name == EMPTY_NAME else name


class CornerEdits:
    """Changes the corners of a document's palettes.

    Parameters
    ----------
    document
        What is edited.
    messages
        Told what cannot be done.
    """

    def __init__(self, document: Document, messages: Messages) -> None:
        self._document = document
        self._messages = messages
        self._copied: tuple[Loop, str, bool] | None = None

    @property
    def can_paste(self) -> bool:
        """Whether a corner was copied that fits the track in front."""
        return self.can_paste_into(self._document.session.front)

    def can_paste_into(self, track: str) -> bool:
        """Say whether the corner copied fits `track`: drums to drums, melodies to melodies."""
        if self._copied is None:
            return False
        return isinstance(self._copied[0], MelodyLoop) == self._document.track(track).kind.is_melodic

    # -- whole corners --------------------------------------------------------------------------

    def put(
        self,
        index: int,
        loop: Loop,
        name: str,
        text: str = "Change corner",
        track: str | None = None,
        user_edited: bool = False,
    ) -> None:
        """Put a loop into a corner.

        Parameters
        ----------
        index
            The corner, 0-3.
        loop, name
            The loop, and what it is called.
        text
            What is done, for the undo menu.
        track
            Whose corner.
        user_edited
            Whether it was made by hand: then it is not brought into a key.
        """
        self.put_all({index: (loop, name)}, text, track, user_edited)

    def put_all(
        self,
        loops: Mapping[int, tuple[Loop, str]],
        text: str,
        track: str | None = None,
        user_edited: bool = False,
    ) -> None:
        """Put loops into several corners as one edit.

        Parameters
        ----------
        loops
            Loops and names by corner, 0-3.
        text
            What is done, for the undo menu.
        track
            Whose corners.
        user_edited
            Whether they were made by hand: then they are not brought into a key.
        """
        this = self._document.track(track)
        corners: tuple[Loop, ...] = this.corners
        names: tuple[str, ...] = this.corner_names
        marks: tuple[bool, ...] = this.user_edited
        for index, (loop, name) in loops.items():
            check_index("corner", index, len(CORNER_PLACES))
            corners = replace_at(corners, index, loop)
            names = replace_at(names, index, name[:MAX_NAME_LENGTH])
            marks = replace_at(marks, index, user_edited)
        self._document.edit_track(text, track, corners=corners, corner_names=names, user_edited=marks)

    def set_user_edited(self, index: int, edited: bool, track: str | None = None) -> None:
        """Let a corner stay as it is although there is a key, or bring it into the key.

        Parameters
        ----------
        index
            The corner, 0-3.
        edited
            Whether it counts as made by hand, which stays.
        track
            Whose corner; None is the track in front.
        """
        check_index("corner", index, len(CORNER_PLACES))
        text = "Leave corner as it is" if edited else "Bring corner into key"
        self._document.edit_track(
            text, track, user_edited=replace_at(self._document.track(track).user_edited, index, bool(edited))
        )

    def clear(self, index: int, track: str | None = None) -> None:
        """Empty the corner `index` (0-3) of `track`, None being the one in front."""
        this = self._document.track(track)
        check_index("corner", index, len(CORNER_PLACES))
        empty = this.kind.empty_loop(this.corners[index].steps)
        self.put(index, empty, EMPTY_NAME, "Clear corner", track, user_edited=True)

    def copy(self, index: int, track: str | None = None) -> None:
        """Remember the loop in corner `index` (0-3) of `track` for pasting."""
        check_index("corner", index, len(CORNER_PLACES))
        this = self._document.track(track)
        self._copied = this.corners[index], this.corner_names[index], this.user_edited[index]

    def paste(self, index: int, track: str | None = None) -> None:
        """Put the copied loop into corner `index` (0-3) of `track`, if it fits there."""
        this = self._document.track(track)
        if self._copied is None:
            return
        if not self.can_paste_into(this.name):
            self._messages.warn("Drums and melodies cannot take each other's loops.")
            return
        loop, name, user_edited = self._copied
        self.put(index, loop, name, "Paste corner", track, user_edited)

    def use_preset(self, index: int, preset: DrumPreset | MelodyPreset, track: str | None = None) -> None:
        """Put `preset` into corner `index` (0-3) of `track`, None being the one in front."""
        self.put(index, preset.loop, preset.name, f"Preset {preset.name}", track)

    # -- inside a corner ------------------------------------------------------------------------

    def paint_hit(self, index: int, step: int, voice: int, velocity: int, track: str | None = None) -> None:
        """Set a hit of a corner or take it away; its microtiming stays.

        Parameters
        ----------
        index
            The corner, 0-3.
        step, voice
            Which hit: the sixteenth, and the voice, 0-8.
        velocity
            Its velocity, brought into 0-127; 0 takes it away.
        track
            The drum track.

        Raises
        ------
        ValueError
            There is no such corner, step or voice, or the track plays no drums.
        """
        check_index("corner", index, len(CORNER_PLACES))
        check_index("voice", voice, VOICE_COUNT)
        this = self._document.track(track)
        loop = this.corners[index]
        check_index("step", step, loop.steps)
        if not isinstance(loop, DrumLoop):
            raise ValueError(f"{this.name} plays no drums")
        velocity = min(max(int(velocity), 0), 127)
        changed = loop.with_hit(step, voice, velocity, float(loop.microtiming[step, voice]))
        if velocity and loop.velocity[step, voice]:
            corners = replace_at(this.corners, index, changed)
            self._document.edit_track(
                "Set velocity", track, f"velocity {index} {step} {voice}", corners=corners
            )
        else:
            name = drawn_name(this.corner_names[index])
            self.put(index, changed, name, "Paint hits", track, user_edited=True)

    def set_notes(
        self,
        index: int,
        loop: MelodyLoop,
        text: str = "Draw notes",
        merge_key: str | None = None,
        track: str | None = None,
    ) -> None:
        """Put a melody drawn by hand into a corner, which keeps its name unless that is "Empty".

        Parameters
        ----------
        index
            The corner, 0-3.
        loop
            The melody.
        text
            What is done, for the undo menu.
        merge_key
            Steps of one key in quick succession become one; None for a step of its own.
        track
            The melodic track.
        """
        check_index("corner", index, len(CORNER_PLACES))
        this = self._document.track(track)
        self._document.edit_track(
            text,
            track,
            merge_key and f"notes {index} {merge_key}",
            corners=replace_at(this.corners, index, loop),
            corner_names=replace_at(this.corner_names, index, drawn_name(this.corner_names[index])),
            user_edited=replace_at(this.user_edited, index, True),
        )
