"""The kinds of tracks, one row each: what else differs between drums, basses and melodies is read here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal

from blender_app.core.drums import DrumLoop
from blender_app.core.gm import DRUM_BANK, DRUM_CHANNEL
from blender_app.core.kit import VOICE_PITCHES, VOICES
from blender_app.core.lengths import Loop
from blender_app.core.melody import MelodyLoop
from blender_app.core.melody_presets import (
    BASS_PRESETS,
    DEFAULT_BASS_CORNERS,
    DEFAULT_MELODY_CORNERS,
    MELODY_PRESETS,
    MelodyPreset,
)
from blender_app.core.presets import DEFAULT_CORNERS, PRESETS, DrumPreset
from blender_app.core.time import DEFAULT_STEPS

if TYPE_CHECKING:
    from blender_app.core.smf_parse import MidiContents

MAX_OF_A_KIND = 2
"""How many tracks of a kind a band may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSpec:
    """What tracks of one kind have in common.

    Parameters
    ----------
    loop_type
        Class of the loops that they play: `DrumLoop` or `MelodyLoop`. Kinds that share it can take each
        other's loops.
    loop_label, loops_label
        What messages call such a loop, "drum loop", and several: "drums".
    model
        Name of the model that a new track uses.
    voices
        Names of the drum voices; none for kinds that play pitches.
    note_map
        MIDI note of each voice on a new track; None where there are no voices.
    presets
        The named loops to choose from.
    default_corners
        Names of the presets in the corners of a new track.
    register
        Lowest and highest mean pitch of new loops; None where pitches do not matter.
    sound
        Bank and program of a new track.
    volume
        Of a new track, 0-1: so that the first sounds are about equally loud.
    channel
        MIDI channel of a new track, 0-15; None takes one that is free.
    editor
        What its loops are edited in: a grid of voices, or a piano roll.
    read
        Makes a loop of a MIDI file's contents; see `LoopReader`.
    """

    loop_type: type[Loop]
    loop_label: str
    loops_label: str
    model: str
    voices: tuple[str, ...] = ()
    note_map: tuple[int, ...] | None = None
    presets: tuple[DrumPreset, ...] | tuple[MelodyPreset, ...]
    default_corners: tuple[str, str, str, str]
    register: tuple[int, int] | None = None
    sound: tuple[int, int]
    volume: float = 1.0
    channel: int | None = None
    editor: Literal["grid", "roll"]
    read: LoopReader


LoopReader = Callable[["MidiContents", int, "str | int | None", str, int], Loop]
"""Takes a file's contents, its first bar (0: with notes), the part, the file's name and the loop's steps."""


class TrackKind(Enum):
    """What a track plays; names of tracks begin with it."""

    DRUMS = "drums"
    BASS = "bass"
    MELODY = "melody"

    @property
    def spec(self) -> KindSpec:
        """The row of the table."""
        return _SPECS[self]

    @property
    def is_melodic(self) -> bool:
        """Whether its loops are melody loops."""
        return not self.spec.voices

    @property
    def register(self) -> tuple[int, int] | None:
        """Lowest and highest mean pitch of its loops; None for drums."""
        return self.spec.register

    @property
    def track_names(self) -> tuple[str, ...]:
        """Names that its tracks can have, in order: the kind, and a number from the second one on."""
        return (self.value, *(f"{self.value} {number}" for number in range(2, MAX_OF_A_KIND + 1)))

    def shares_loops(self, other: TrackKind) -> bool:
        """Say whether its tracks can play the loops of an `other` kind's: bass and melody can."""
        return self.spec.loop_type is other.spec.loop_type

    def empty_loop(self, steps: int = DEFAULT_STEPS) -> Loop:
        """Return a loop of `steps` sixteenths (16 to 256) of silence."""
        return self.spec.loop_type.empty(steps)

    def check_loop(self, what: str, loop: object) -> None:
        """Raise ValueError if `loop`, called `what` in the message, is no loop that such a track plays."""
        if not isinstance(loop, self.spec.loop_type):
            raise ValueError(f"{what} is no {self.spec.loop_label}")


# What reads files is imported when one is read: the start need not wait.


def _read_drums(contents: MidiContents, bar: int, _part: str | int | None, name: str, steps: int) -> Loop:
    from blender_app.core.smf_read import drum_loop_from  # noqa: PLC0415

    return drum_loop_from(contents, bar, name=name, steps=steps)


def _read_bass(contents: MidiContents, bar: int, part: str | int | None, name: str, steps: int) -> Loop:
    from blender_app.core.smf_melody import melody_loop_from  # noqa: PLC0415

    return melody_loop_from(contents, bar, part, bass=True, name=name, steps=steps)


def _read_melody(contents: MidiContents, bar: int, part: str | int | None, name: str, steps: int) -> Loop:
    from blender_app.core.smf_melody import melody_loop_from  # noqa: PLC0415

    return melody_loop_from(contents, bar, part, name=name, steps=steps)


_SPECS = {
    TrackKind.DRUMS: KindSpec(
        loop_type=DrumLoop,
        loop_label="drum loop",
        loops_label="drums",
        model="drums-2bar",
        voices=VOICES,
        note_map=VOICE_PITCHES,
        presets=PRESETS,
        default_corners=DEFAULT_CORNERS,
        sound=(DRUM_BANK, 0),
        channel=DRUM_CHANNEL,
        editor="grid",
        read=_read_drums,
    ),
    TrackKind.BASS: KindSpec(
        loop_type=MelodyLoop,
        loop_label="melody loop",
        loops_label="melodies",
        model="melody-2bar",
        presets=BASS_PRESETS,
        default_corners=DEFAULT_BASS_CORNERS,
        register=(28, 52),
        sound=(0, 33),
        editor="roll",
        read=_read_bass,
    ),
    TrackKind.MELODY: KindSpec(
        loop_type=MelodyLoop,
        loop_label="melody loop",
        loops_label="melodies",
        model="melody-2bar",
        presets=MELODY_PRESETS,
        default_corners=DEFAULT_MELODY_CORNERS,
        register=(53, 96),
        sound=(0, 4),
        volume=0.85,
        editor="roll",
        read=_read_melody,
    ),
}

MAX_TRACKS = MAX_OF_A_KIND * len(TrackKind)
"""How many tracks a band may have."""
