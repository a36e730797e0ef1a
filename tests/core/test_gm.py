"""Names of General MIDI, checked at well-known places."""

from __future__ import annotations

import pytest

from blender_app.core import gm
from blender_app.core.drums import VOICE_PITCHES


def test_every_drum_note_and_program_has_a_name() -> None:
    assert sorted(gm.DRUM_NOTE_NAMES) == list(range(27, 88))
    assert len(gm.PROGRAM_NAMES) == len(set(gm.PROGRAM_NAMES)) == 128
    assert all(name.strip() == name != "" for name in gm.PROGRAM_NAMES)


@pytest.mark.parametrize(
    ("note", "name"),
    [(27, "high Q"), (35, "acoustic bass drum"), (42, "closed hi-hat"), (51, "ride cymbal 1"),
     (58, "vibraslap"), (69, "cabasa"), (81, "open triangle"), (87, "open surdo"), (91, "note 91")],
)  # fmt: skip
def test_drum_notes(note: int, name: str) -> None:
    assert gm.drum_note_name(note) == name


@pytest.mark.parametrize(
    ("program", "name"),
    [(0, "acoustic grand piano"), (33, "finger bass"), (40, "violin"), (56, "trumpet"), (73, "flute"),
     (80, "square lead"), (104, "sitar"), (127, "gunshot")],
)  # fmt: skip
def test_programs(program: int, name: str) -> None:
    assert gm.PROGRAM_NAMES[program] == name


def test_kits() -> None:
    assert [gm.KIT_NAMES[program] for program in (0, 25)] == ["standard", "TR-808"]
    assert gm.kit_program(" tr-808") == 25
    assert gm.kit_program("spoons") is None


def test_the_voices_are_what_they_are_called() -> None:
    names = [gm.drum_note_name(pitch) for pitch in VOICE_PITCHES]
    assert names == [
        "bass drum 1", "acoustic snare", "closed hi-hat", "open hi-hat", "low tom", "high-mid tom",
        "high tom", "crash cymbal 1", "ride cymbal 1",
    ]  # fmt: skip
