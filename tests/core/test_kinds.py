"""The table of kinds: its rows agree with themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from blender_app.core.drums import DrumLoop
from blender_app.core.kinds import MAX_OF_A_KIND, MAX_TRACKS, TrackKind
from blender_app.core.kit import VOICE_COUNT
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.smf import read_midi, write_midi
from blender_app.core.time import LOOP_LENGTHS

KINDS = list(TrackKind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_agrees_with_itself(kind: TrackKind) -> None:
    spec = kind.spec
    names = [preset.name for preset in spec.presets]
    assert set(spec.default_corners) <= set(names)
    assert all(isinstance(preset.loop, spec.loop_type) for preset in spec.presets)
    assert (spec.note_map is not None) is bool(spec.voices)
    assert len(spec.note_map or ()) == len(spec.voices) in {0, VOICE_COUNT}
    assert kind.is_melodic is (spec.editor == "roll") is (spec.register is not None)
    assert kind.register == spec.register


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("steps", LOOP_LENGTHS)
def test_silence_of_a_kind_is_a_loop_of_it(kind: TrackKind, steps: int) -> None:
    loop = kind.empty_loop(steps)
    kind.check_loop("this", loop)
    assert (loop.steps, loop.to_notes()) == (steps, ())
    other: DrumLoop | MelodyLoop = MelodyLoop.empty() if kind is TrackKind.DRUMS else DrumLoop.empty()
    with pytest.raises(ValueError, match=r"this is no (drum|melody) loop"):
        kind.check_loop("this", other)


def test_bass_and_melody_share_their_loops() -> None:
    sharing = {(one, two) for one in KINDS for two in KINDS if one.shares_loops(two)}
    pitched = TrackKind.BASS, TrackKind.MELODY
    assert sharing == {
        (TrackKind.DRUMS, TrackKind.DRUMS),
        *((one, two) for one in pitched for two in pitched),
    }


def test_names_of_tracks_are_the_kind_and_a_number() -> None:
    assert TrackKind.BASS.track_names == ("bass", "bass 2")
    names = [name for kind in KINDS for name in kind.track_names]
    assert len(set(names)) == len(names) == MAX_TRACKS == 3 * MAX_OF_A_KIND


def test_a_kind_reads_its_own_part_of_a_file(tmp_path: Path) -> None:
    low = MelodyLoop.from_notes([Note(0, 36, 90, 4.0), Note(8, 40, 90, 4.0)], 16)
    write_midi(tmp_path / "a.mid", low)
    contents = read_midi(tmp_path / "a.mid")
    assert TrackKind.BASS.spec.read(contents, 1, None, "a", 16) == low
    assert TrackKind.MELODY.spec.read(contents, 1, 1, "a", 16) == low
    beat = DrumLoop.empty(16).with_hit(3, 2, 70)
    write_midi(tmp_path / "b.mid", beat)
    assert TrackKind.DRUMS.spec.read(read_midi(tmp_path / "b.mid"), 0, None, "b", 16) == beat
