"""Chords that a key offers."""

from __future__ import annotations

import pytest

from blender_app.core.progressions import parse_chords, progressions, triad
from blender_app.core.scales import Chord, Key, Mode, Quality


def test_triads_of_c_major_and_a_minor() -> None:
    names = [triad(Key(0, Mode.MAJOR), degree).name for degree in range(1, 8)]
    assert names == ["C", "Dm", "Em", "F", "G", "Am", "Bdim"]
    names = [triad(Key(9, Mode.MINOR), degree).name for degree in range(1, 8)]
    assert names == ["Am", "Bdim", "C", "Dm", "Em", "F", "G"]


@pytest.mark.parametrize("mode", Mode)
def test_every_key_has_progressions_of_its_own_notes(mode: Mode) -> None:
    parent = {Mode.BLUES: Mode.MINOR, Mode.MINOR_PENTATONIC: Mode.MINOR, Mode.MAJOR_PENTATONIC: Mode.MAJOR}
    for tonic in range(12):
        scale = Key(tonic, parent.get(mode, mode)).pitch_classes
        found = progressions(Key(tonic, mode))
        assert len(found) >= 5
        for key in found:
            assert (key.tonic, key.mode) == (tonic, mode)
            assert all(chord.pitch_classes <= scale for chord in key.chords)
            assert any(chord.root == tonic for chord in key.chords)


def test_a_line_of_chords_is_read_however_it_is_parted() -> None:
    wanted = (Chord(9, Quality.MINOR), Chord(5), Chord(0), Chord(7, Quality.SEVENTH))
    for text in ("Am F C G7", "Am, F | C - G7", " Am  F,C,G7 "):
        assert parse_chords(text) == wanted
    assert parse_chords("  ") == ()
    with pytest.raises(ValueError, match="Hm"):
        parse_chords("Am Hm")
