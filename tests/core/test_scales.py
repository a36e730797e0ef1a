from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_app.core.scales import CHORD_COUNTS, Chord, Key, Mode, Quality, parse_pitch, pitch_name

chords = st.builds(Chord, st.integers(0, 11), st.sampled_from(Quality))
keys = st.builds(
    Key,
    st.integers(0, 11),
    st.sampled_from(Mode),
    st.sampled_from(CHORD_COUNTS).flatmap(
        lambda count: st.lists(chords, min_size=count, max_size=count).map(tuple)
    ),
)

A_MINOR = Key(9, Mode.MINOR)


def test_the_scale_of_a_key() -> None:
    assert A_MINOR.pitch_classes == Key(0, Mode.MAJOR).pitch_classes == {0, 2, 4, 5, 7, 9, 11}
    assert Key(2, Mode.DORIAN).pitch_classes == Key(7, Mode.MIXOLYDIAN).pitch_classes == A_MINOR.pitch_classes
    assert Key(9, Mode.MINOR_PENTATONIC).pitch_classes == Key(0, Mode.MAJOR_PENTATONIC).pitch_classes
    assert Key(4, Mode.BLUES).pitch_classes == {4, 7, 9, 10, 11, 2}
    assert len(Key(5, Mode.CHROMATIC).pitch_classes) == 12


def test_names_of_keys() -> None:
    assert A_MINOR.name == "A minor"
    assert Key(3, Mode.MAJOR_PENTATONIC).name == "Eb major pentatonic"
    assert Key.parse(" d#  Major   pentatonic ") == Key(3, Mode.MAJOR_PENTATONIC)
    assert Key.parse("b blues") == Key(11, Mode.BLUES)
    assert Key.parse("Cb") == Key(11)
    assert Key.parse("F♯ minor") == Key(6, Mode.MINOR)


@given(keys)
def test_the_name_of_a_key_is_read_as_the_key(key: Key) -> None:
    assert Key.parse(key.name) == Key(key.tonic, key.mode)


@pytest.mark.parametrize(("text", "complaint"), [("H minor", "begins with a note"), ("A mole", "the modes")])
def test_what_is_no_key(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as caught:
        Key.parse(text)
    assert repr(text) in str(caught.value)


@given(chords)
def test_the_name_of_a_chord_is_read_as_the_chord(chord: Chord) -> None:
    assert Chord.parse(chord.name) == chord


def test_chords() -> None:
    assert Chord(9, Quality.MINOR_SEVENTH).name == "Am7"
    assert Chord.parse("Am7").pitch_classes == {9, 0, 4, 7}
    assert Chord.parse("Bb").pitch_classes == {10, 2, 5}
    with pytest.raises(ValueError, match="There is no chord 'Cm13'"):
        Chord.parse("Cm13")
    with pytest.raises(ValueError, match="begins with a note"):
        Chord.parse("")


@pytest.mark.parametrize("number", [-1, 12])
def test_a_tonic_and_a_root_are_pitch_classes(number: int) -> None:
    with pytest.raises(ValueError, match="tonic must be 0 to 11"):
        Key(number)
    with pytest.raises(ValueError, match="root must be 0 to 11"):
        Chord(number)


def test_chords_lie_evenly_over_the_loop() -> None:
    four = tuple(Chord.parse(name) for name in ("Am", "F", "C", "G"))
    key = Key(9, Mode.MINOR, four)
    assert [chord.name for step in range(0, 40, 8) if (chord := key.chord_at(step))] == [
        "Am",
        "F",
        "C",
        "G",
        "Am",
    ]
    assert key.chord_at(7) == four[0]
    assert A_MINOR.chord_at(3) is None
    with pytest.raises(ValueError, match="not 3"):
        Key(9, Mode.MINOR, four[:3])


def test_without_chords_the_scale_is_allowed_everywhere() -> None:
    allowed = A_MINOR.allowed()
    assert allowed.shape == (32, 128)
    assert allowed.dtype == np.bool_
    assert (allowed == allowed[0]).all()
    assert set(np.flatnonzero(allowed[0]) % 12) == A_MINOR.pitch_classes


def test_on_the_beats_only_the_chord_is_allowed() -> None:
    key = Key(9, Mode.MINOR, (Chord.parse("Am"), Chord.parse("E7")))
    allowed = key.allowed()
    assert set(np.flatnonzero(allowed[0]) % 12) == {9, 0, 4}
    assert set(np.flatnonzero(allowed[1]) % 12) == key.pitch_classes
    assert set(np.flatnonzero(allowed[20]) % 12) == {4, 8, 11, 2}
    assert set(np.flatnonzero(allowed[21]) % 12) == key.pitch_classes | {8}


def test_snapping() -> None:
    assert [A_MINOR.snap(pitch) for pitch in (69, 70, 72, 73)] == [69, 69, 72, 72]
    key = Key(9, Mode.MINOR, (Chord.parse("E7"),))
    assert key.snap(69, 4) == 68
    assert key.snap(69, 5) == 69
    assert key.snap(68) == 67


@given(keys, st.integers(0, 127), st.one_of(st.none(), st.integers(0, 31)))
def test_a_snapped_pitch_is_the_nearest_allowed_one(key: Key, pitch: int, step: int | None) -> None:
    plain = Key(key.tonic, key.mode) if step is None else key
    row = plain.allowed()[step or 0]
    snapped = key.snap(pitch, step)
    assert row[snapped]
    assert abs(snapped - pitch) == np.abs(np.flatnonzero(row) - pitch).min()
    assert key.snap(snapped, step) == snapped


def test_degrees_and_names_of_pitches() -> None:
    assert [A_MINOR.degree(pitch) for pitch in (69, 71, 72, 73, 57)] == [1, 2, 3, None, 1]
    assert [pitch_name(pitch) for pitch in (0, 60, 69, 70, 127)] == ["C-1", "C4", "A4", "Bb4", "G9"]


@given(st.integers(0, 127))
def test_the_name_of_a_pitch_is_read_as_the_pitch(pitch: int) -> None:
    assert parse_pitch(pitch_name(pitch)) == pitch


def test_pitches_spelled_otherwise() -> None:
    assert [parse_pitch(text) for text in ("B#3", "Cb4", "a♭1", "D#5")] == [60, 59, 32, 75]
    for text in ("H2", "C", "C10", "Cb-1", "G#9"):
        with pytest.raises(ValueError, match=f"note '{text}'"):
            parse_pitch(text)


@pytest.mark.parametrize("steps", [16, 32, 64, 128, 256])
def test_chords_last_two_bars_in_loops_of_all_lengths(steps: int) -> None:
    key = Key(9, Mode.MINOR, tuple(Chord.parse(name) for name in ("Am", "F", "C", "G")))
    allowed = key.allowed(steps)
    assert allowed.shape == (steps, 128)
    two_bars = key.allowed()
    for start in range(0, steps, 32):
        part = allowed[start : start + 32]
        assert (part == two_bars[: len(part)]).all()
    with pytest.raises(ValueError, match="steps"):
        key.allowed(48)
