"""Each ruler on loops whose figure is known, and ways that cheat: which ruler catches which."""

from __future__ import annotations

import numpy as np
import pytest

from blender_app.training.metrics import in_key
from blender_app.training.rulers import (
    bars_alike,
    drum_character,
    drum_rulers,
    fills_kept,
    has_fill,
    melody_character,
    melody_rulers,
    voice_density,
    voices_lost,
)
from blender_app.training.ways import UNITS, cross_fade, degenerate_ways


def drums(count: int = 6, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    hits = rng.random((count, 32, 9)) < 0.2
    return np.where(hits, rng.integers(20, 128, hits.shape), 0).astype(np.uint8)


def melodies(count: int = 6, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    shape = count, 32
    return np.where(rng.random(shape) < 0.4, rng.integers(50, 75, shape), rng.integers(0, 2, shape))


# -- ways ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loops", [drums, melodies])
@pytest.mark.parametrize("unit", UNITS.values())
def test_a_cross_fade_changes_each_piece_once(loops: object, unit: int) -> None:
    a, b = loops(4, 1), loops(4, 2)
    line = cross_fade(a, b, unit, np.random.default_rng(0))
    np.testing.assert_array_equal(line[0], a)
    np.testing.assert_array_equal(line[-1], b)
    pieces = line.reshape(9, 4, 32 // unit, -1)
    starts, ends = pieces[:1], pieces[-1:]
    from_a, from_b = (pieces == starts).all(-1), (pieces == ends).all(-1)
    assert (from_a | from_b).all()
    changed = ~from_a
    assert (changed[1:] >= changed[:-1]).all()
    differ = ~(starts == ends).all(-1)[0]
    even = [(changed[point] & differ).sum(1) for point in (2, 4, 6)]
    wanted = [pieces.shape[2] * point // 8 for point in (2, 4, 6)]
    if differ.all():
        np.testing.assert_array_equal(even, np.tile(np.array(wanted)[:, None], (1, 4)))


@pytest.mark.parametrize("loops", [drums, melodies])
def test_ways_that_cheat_are_what_they_are_called(loops: object) -> None:
    a, b = loops(40, 1), loops(40, 2)
    line = cross_fade(a, b, 1, np.random.default_rng(0))
    usual = loops(1, 3)[0]
    ways = degenerate_ways(line, usual, np.random.default_rng(0))
    for way in ways.values():
        np.testing.assert_array_equal(way[0], a)
        np.testing.assert_array_equal(way[-1], b)
    floor = 0 if line.ndim > 3 else 1
    thinned = (ways["thinned"][4] > floor).sum() / (line[4] > floor).sum()
    assert thinned == pytest.approx(0.85, abs=0.04)
    common = ways["in common"][4] > floor
    assert (common <= ((a > floor) & (b > floor))).all()
    assert common.any()
    twice = ways["one bar twice"][4]
    np.testing.assert_array_equal(twice[:, :16], line[4][:, :16])
    np.testing.assert_array_equal(twice[:, 16:], twice[:, :16])
    assert all((ways["stopped"][point] == line[4]).all() for point in range(1, 8))
    assert all((ways["frozen"][point] == (a if point < 5 else b)).all() for point in range(9))
    assert all((ways["constant"][point] == usual).all() for point in range(1, 8))


# -- drums --------------------------------------------------------------------------------------------


def test_a_voice_that_dies_on_the_way_is_seen() -> None:
    lines = np.repeat(drums(8)[None], 9, 0)
    lines[:, :, 0, :3] = 100
    np.testing.assert_allclose(voice_density(lines), 1.0)
    assert voices_lost(lines) == 0.0
    lines[3:6, :, :, 1] = 0
    density = voice_density(lines)
    assert (density[3:6, 1] == 0).all()
    np.testing.assert_allclose(np.delete(density, 1, 1), 1.0)
    both = ((lines[0] > 0).any(1) & (lines[-1] > 0).any(1)).sum()
    assert voices_lost(lines) == pytest.approx(8 / both)
    assert drum_rulers(lines)["thinnest voice of both ends, density half-way"] == 0.0


def test_voices_of_one_end_alone_are_not_asked_for() -> None:
    lines = np.zeros((9, 1, 32, 9), np.uint8)
    lines[0, 0, :8, 0] = lines[-1, 0, :4, 0] = 90
    lines[0, 0, 0, 5] = 90
    lines[4, 0, :3, 0] = 90
    assert voice_density(lines)[4, 0] == pytest.approx(3 / 6)
    assert voice_density(lines)[4, 5] == 1.0
    assert voices_lost(lines) == 0.0
    rare = np.tile(lines, (1, 21, 1, 1))
    rare[[0, -1], 0, 0, 7] = 90
    assert voice_density(rare)[4, 7] == 1.0, "one pair of 21 is too few"
    rare[[0, -1], 1, 0, 7] = 90
    assert voice_density(rare)[4, 7] == 0.0


def test_bars_that_come_back_are_counted() -> None:
    loops = melodies(2)
    loops[0, 16:] = loops[0, :16]
    loops[1, 16:] = loops[1, :16] + 1
    loops[1, 16:20] = loops[1, :4]
    assert bars_alike(loops) == (pytest.approx((16 + 4) / 32), 0.5)


def test_fills_are_more_snare_and_toms_than_in_bar_one() -> None:
    hits = np.zeros((4, 32, 9), np.bool_)
    hits[0, 28:30, 4] = True
    hits[1, 28, 1] = True
    hits[2, [12, 13, 28, 29], 1] = True
    hits[3, 28:32, 2] = True
    assert has_fill(hits).tolist() == [True, False, False, False]
    lines = np.zeros((9, 4, 32, 9), np.uint8)
    lines[[0, -1]] = np.where(hits[[0, 0, 1, 0]], 90, 0)
    lines[4, 0] = lines[0, 0]
    assert fills_kept(lines) == pytest.approx(1 / 3)


def test_dynamics_say_how_far_accents_stand_out() -> None:
    loops = np.zeros((2, 32, 9), np.uint8)
    loops[0, ::4, 0], loops[0, 2::4, 2] = 110, 50
    loops[1, :, 2] = 80
    figures = drum_character(loops)
    assert figures["velocity: deviation within a loop"] == pytest.approx(30 / 2)
    assert figures["velocity: share of hits of 100 or more"] == pytest.approx(8 / 48)
    strength = np.array([3, 1, 2, 1, 2, 1, 2, 1])
    expected = np.corrcoef(strength, [110, 50] * 4)[0, 1]
    assert figures["velocity: correlation with strong steps"] == pytest.approx(expected)


# -- melodies -----------------------------------------------------------------------------------------


def test_a_key_is_any_scale_that_fits_best() -> None:
    row = np.zeros(16, np.int64)
    row[:12] = 62 + np.arange(12)
    c_major = np.array([60, 62, 64, 65, 67, 69, 71]) + 2
    assert in_key(row, c_major)[:12].tolist() == [c % 12 in {0, 2, 4, 5, 7, 9, 11} for c in range(12)]
    assert not in_key(row, c_major)[12:].any()
    two = in_key(row, np.array([60, 64]) + 2)[:12]  # C, F and G major have both
    assert two.tolist() == [c not in {1, 3, 8} for c in range(12)]


def test_the_middle_of_a_melody_is_asked_for_the_keys_of_its_ends() -> None:
    lines = np.zeros((9, 1, 32), np.int64)
    lines[0, 0, :7] = np.array([60, 62, 64, 65, 67, 69, 71]) + 2
    lines[-1, 0, :7] = np.array([60, 62, 64, 66, 67, 69, 71]) + 2
    lines[4, 0, :4] = np.array([65, 66, 68, 60]) + 2
    assert melody_rulers(lines)["notes in the keys of the ends"] == pytest.approx(3 / 4)


def test_contours_are_intervals_turns_and_repetitions() -> None:
    row = np.zeros((1, 32), np.int64)
    row[0, :6] = np.array([60, 62, 62, 61, 75, 74]) + 2
    figures = melody_character(row)
    assert figures["mean interval in semitones"] == pytest.approx((2 + 0 + 1 + 14 + 1) / 5)
    assert figures["leaps over an octave"] == pytest.approx(1 / 5)
    assert figures["repeated notes"] == pytest.approx(1 / 5)
    assert figures["turns of the contour"] == pytest.approx(3 / 3)
    flat = melody_character(np.full((1, 32), 62))
    assert flat["mean interval in semitones"] == flat["turns of the contour"] == 0.0
    assert flat["repeated notes"] == 1.0
