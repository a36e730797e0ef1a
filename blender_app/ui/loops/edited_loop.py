"""Which loop is edited: a corner of the palette of the track in front or, where its morph sounds, an end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from blender_app.core.melody import MelodyLoop
from blender_app.core.melody_presets import MelodyPreset
from blender_app.core.presets import DrumPreset
from blender_app.session import morphing
from blender_app.session.clips import fits
from blender_app.session.controller import Controller
from blender_app.session.edits.corners import drawn_name
from blender_app.session.session import Clip, Loop, Morph, Source, Track
from blender_app.ui.loops.heard import heard_corner, heard_end

_SHOWN = frozenset({"corners", "corner_names", "user_edited", "scale_lock", "source", "morph"})
"""Fields of a track on which it depends what is edited and how that sounds."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a loop that was made by hand goes: a corner of a track's palette, or an end of its morph.

    Parameters
    ----------
    track
        Its name.
    source
        Palette or morph.
    index
        Of the corner, 0-3, or the end, 0-1.
    """

    track: str
    source: Source
    index: int


class EditedLoop(QObject):
    """Knows which corner or end is in the editor, and puts there what is made by hand.

    Parameters
    ----------
    controller
        Whose track in front is edited.
    parent
        Qt parent.
    """

    chosen = Signal()
    """Another corner or end is edited."""

    def __init__(self, controller: Controller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._corner = self._end = 0

    # -- what it is ---------------------------------------------------------------------------------

    @property
    def track(self) -> Track:
        """The track in front."""
        return self._controller.document.session.front_track

    @property
    def morphs(self) -> bool:
        """Whether an end of the morph is edited, not a corner."""
        return self.track.source is Source.MORPH

    @property
    def corner(self) -> int:
        """The corner that is edited, 0-3, while the palette sounds."""
        return self._corner

    @property
    def end(self) -> int:
        """The end of the morph that is edited, 0 or 1, while that sounds."""
        return self._end

    @property
    def index(self) -> int:
        """The corner or the end."""
        return self._corner if self._morph is None else self._end

    @property
    def mark(self) -> str:
        """Its sign for the eye: the corner's number, the end's letter."""
        return str(self._corner + 1) if self._morph is None else morphing.END_LETTERS[self._end]

    @property
    def name(self) -> str:
        """What the loop is called."""
        morph = self._morph
        return self.track.corner_names[self._corner] if morph is None else morph.names[self._end]

    @property
    def user_edited(self) -> bool:
        """Whether it was drawn by hand, and sounds so in every key."""
        morph = self._morph
        return self.track.user_edited[self._corner] if morph is None else morph.user_edited[self._end]

    @property
    def loop(self) -> Loop:
        """What sounds of it."""
        morph = self._morph
        if morph is None:
            return self.heard_corner(self._corner)
        steps = self._controller.palettes.morph_loops_of(self.track.name)
        return heard_end(morph, self._end, self.in_key, steps)

    @property
    def in_key(self) -> bool:
        """Whether the track in front keeps to a key."""
        return self._controller.document.session.key_of(self.track) is not None

    @property
    def target(self) -> Target:
        """Where what is made by hand goes."""
        return Target(self.track.name, self.track.source, self._end if self.morphs else self._corner)

    @property
    def _morph(self) -> Morph | None:
        return self.track.morph if self.morphs else None

    def heard_corner(self, corner: int) -> Loop:
        """Return what sounds in a `corner` (0-3) of the track in front."""
        return heard_corner(self.track, corner, self.in_key, self._controller.palettes.cells)

    def is_touched_by(self, names: frozenset[str]) -> bool:
        """Return whether it, or how it sounds, may be another after a change of the session.

        Parameters
        ----------
        names
            Fields of the session that changed, and `track.field` for those of a track.
        """
        front = self.track.name
        return bool(names & {"front", "scale"}) or any(f"{front}.{field}" in names for field in _SHOWN)

    # -- choosing -----------------------------------------------------------------------------------

    @Slot(int)
    def edit_corner(self, corner: int) -> None:
        """Edit a `corner` (0-3); where the morph sounds, one of its two ends."""
        if self.morphs:
            self.edit_end(min(corner, morphing.END_COUNT - 1))
        else:
            self._corner = corner
            self.chosen.emit()

    @Slot(int)
    def edit_end(self, end: int) -> None:
        """Edit an `end` of the morph, 0 or 1."""
        self._end = end
        self.chosen.emit()

    # -- putting something there --------------------------------------------------------------------

    def put(self, target: Target, loop: Loop, text: str, merge_key: str | None = None) -> None:
        """Put a loop that was drawn or recorded where it belongs; a track that left takes none.

        Parameters
        ----------
        target
            Where it belongs.
        loop
            The loop.
        text
            What was done, for the undo menu.
        merge_key
            Quick repetitions with the same key become one step of the history.
        """
        session = self._controller.document.session
        if target.track not in session.track_names:
            return
        morph = session.track(target.track).morph
        if target.source is Source.PALETTE and isinstance(loop, MelodyLoop):
            self._controller.corners.set_notes(target.index, loop, text, merge_key, target.track)
        elif target.source is Source.MORPH and morph is not None:
            name = drawn_name(morph.names[target.index])
            changed = morphing.with_end(morph, target.index, loop, name, user_edited=True)
            self._controller.morph.put(changed, text, merge_key, target.track)

    @Slot(object)
    def use_preset(self, preset: DrumPreset | MelodyPreset) -> None:
        """Put the loop of `preset` there."""
        if self.morphs:
            self.set_end(self._end, preset.loop, preset.name, f"Preset {preset.name}")
        else:
            self._controller.corners.use_preset(self._corner, preset)

    @Slot(int, object)
    def put_clip(self, corner: int, clip: Clip) -> None:
        """Put `clip` into a `corner` (0-3), if this track can play it."""
        if fits(clip, self.track.kind):
            self._controller.corners.put(corner, clip.loop, clip.name, f"{clip.name} into corner")

    def set_end(self, end: int, loop: Loop, name: str, text: str, user_edited: bool = False) -> None:
        """Put another loop at an end of the morph.

        Parameters
        ----------
        end
            The end, 0 or 1.
        loop, name
            The loop, and what it is called.
        text
            What was done, for the undo menu.
        user_edited
            Whether it was made by hand, and sounds so in every key.
        """
        morph = self.track.morph
        if morph is not None:
            self._controller.morph.put(morphing.with_end(morph, end, loop, name, user_edited), text)

    def import_end(self, end: int, path: str) -> None:
        """Put the beginning of a MIDI file at an end of the morph: as many bars as that has.

        Parameters
        ----------
        end
            The end, 0 or 1.
        path
            The file.
        """
        morph = self.track.morph
        if morph is None:
            return
        loop = self._controller.exchange.read_loop(path, steps=morph.ends[end].steps)
        if loop is not None:
            self.set_end(end, loop, Path(path).stem, "Import MIDI file", user_edited=True)

    def dice(self) -> None:
        """Put a new loop there."""
        if self.morphs:
            self._controller.dice.roll_end(self._end)
        else:
            self._controller.dice.roll(self._corner)

    def vary(self) -> None:
        """Vary it a little."""
        if self.morphs:
            self._controller.dice.vary_end(self._end)
        else:
            self._controller.dice.vary(self._corner)
