"""What batches are made of: each way of varying, recombining and drawing does what it says."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pytest

from blender_app.core.drums import VOICES
from blender_app.training import augment, augment_melody


class Rigged:
    """A generator whose chances are set: `row` of the first table is low, all the others are high."""

    def __init__(self, row: int | None = None, low: float = 0.0, later: float = 0.5) -> None:
        self.row, self.low, self.later, self.first = row, low, later, True

    def random(self, shape: object = None) -> np.ndarray:
        if not self.first:
            return np.full(shape, self.later)
        self.first = False
        table = np.full(shape, 0.999)
        if self.row is not None:
            table[self.row] = self.low
        return table

    def integers(self, low: int, high: int, size: int) -> np.ndarray:
        return np.full(size, max(low, 0))

    def choice(self, values: Sequence[int], size: int, p: Sequence[float]) -> np.ndarray:
        return np.zeros(size, np.int64)

    def permutation(self, values: Sequence[int]) -> np.ndarray:
        return np.array(values)[::-1]


@pytest.fixture
def hits() -> np.ndarray:
    return np.random.default_rng(1).random((3, 32, 9)) < 0.3


# -- drums ------------------------------------------------------------------------------------------


def test_real_loops_mostly_stay(hits: np.ndarray) -> None:
    before = hits.copy()
    np.testing.assert_array_equal(augment.vary_real(hits, Rigged()), hits)
    np.testing.assert_array_equal(hits, before)
    for row in range(7):
        augment.vary_real(hits, Rigged(row))
        np.testing.assert_array_equal(hits, before)


def test_bars_are_swapped_or_repeated(hits: np.ndarray) -> None:
    swapped = augment.vary_real(hits, Rigged(0))
    np.testing.assert_array_equal(swapped, np.concatenate([hits[:, 16:], hits[:, :16]], 1))
    repeated = augment.vary_real(hits, Rigged(1))
    np.testing.assert_array_equal(repeated, np.concatenate([hits[:, :16], hits[:, :16]], 1))


@pytest.mark.parametrize(
    ("chance", "beats"), [(0.0, 1), (0.079, 1), (0.08, 2), (0.16, 3), (0.17, 3), (0.24, 0)]
)
def test_loops_are_rotated_by_beats(hits: np.ndarray, chance: float, beats: int) -> None:
    np.testing.assert_array_equal(
        augment.vary_real(hits, Rigged(2, chance)), np.roll(hits, 4 * beats, axis=1)
    )


def test_a_voice_is_dropped_the_hat_rides_and_toms_change_places(hits: np.ndarray) -> None:
    dropped = augment.vary_real(hits, Rigged(3))
    assert not dropped[:, :, 0].any()
    np.testing.assert_array_equal(dropped[:, :, 1:], hits[:, :, 1:])
    hat, ride = VOICES.index("closed hat"), VOICES.index("ride")
    riding = augment.vary_real(hits, Rigged(4))
    np.testing.assert_array_equal(riding[:, :, ride], hits[:, :, hat])
    np.testing.assert_array_equal(riding[:, :, hat], hits[:, :, ride])
    toms = [VOICES.index(name) for name in ("low tom", "mid tom", "high tom")]
    moved = augment.vary_real(hits, Rigged(5))
    np.testing.assert_array_equal(moved[:, :, toms], hits[:, :, toms[::-1]])
    others = [voice for voice in range(9) if voice not in toms]
    np.testing.assert_array_equal(moved[:, :, others], hits[:, :, others])


def test_some_hits_are_left_out(hits: np.ndarray) -> None:
    assert not augment.vary_real(hits, Rigged(6, later=0.1)).any()
    np.testing.assert_array_equal(augment.vary_real(hits, Rigged(6, later=0.2)), hits)


def test_groups_of_voices_come_from_one_loop_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(augment, "vary_real", lambda out, _rng: out)
    rng = np.random.default_rng(3)
    pool = rng.random((5, 32, 9)) < 0.4
    made = augment.recombine(pool, 400, rng)
    together = [2, 3, 8]  # hats and ride
    whole = [loop[:, together] for loop in (*pool, np.zeros_like(pool[0]))]
    alike = np.array([any(np.array_equal(loop[:, together], each) for each in whole) for loop in made])
    assert 0.75 < alike.mean() < 0.95  # but for those whose bars come from two loops
    silent = ~made[:, :16, 0].any(1)
    assert 0.08 < silent.mean() < 0.22
    assert len({loop.tobytes() for loop in made}) > 300


def test_drawn_loops_are_sparse_regular_and_odd() -> None:
    loops = augment.draw(1500, np.random.default_rng(4))
    assert 0.05 < loops.mean() < 0.25
    used = loops.any(1)
    assert 0.3 < used.mean() < 0.55
    assert (~used).any(0).all()
    repeated = (loops[:, :16] == loops[:, 16:]).all(1)[used]
    assert 0.4 < repeated.mean() < 0.75
    beats = (loops[:, ::4].all(1) & ~loops[:, 1::4].any(1) & ~loops[:, 2::4].any(1))[used]
    assert 0.02 < beats.mean() < 0.2  # four on the floor


def test_a_batch_has_its_shares(monkeypatch: pytest.MonkeyPatch, hits: np.ndarray) -> None:
    asked: list[tuple[str, int]] = []

    def part(name: str):
        def make(*arguments: object) -> np.ndarray:
            count = next((value for value in arguments if isinstance(value, int)), None)
            size = len(arguments[0]) if count is None else count
            asked.append((name, size))
            return np.zeros((size, 32, 9), np.bool_)

        return make

    for name in ("vary_real", "recombine", "draw", "scatter"):
        monkeypatch.setattr(augment, name, part(name))
    batch, scattered = augment.training_batch(hits, 20, np.random.default_rng(0), (0.5, 0.2, 0.15))
    assert len(batch) == 20
    assert asked == [("vary_real", 10), ("recombine", 4), ("draw", 3), ("scatter", 3)]
    assert scattered.tolist() == [False] * 17 + [True] * 3


def test_scattered_loops_follow_no_rule() -> None:
    loops = augment.scatter(3000, np.random.default_rng(4))
    assert 0.1 < loops.mean() < 0.14
    full = loops.sum(2)
    at_once = ((full == 9) | (full == 0)).all(1) & (full == 9).any(1)
    assert 0.02 < at_once.mean() < 0.06
    in_turn = (full <= 1).all(1) & (full.sum(1) > 8)
    assert 0.02 < in_turn.mean() < 0.1
    halves = loops.reshape(3000, 2, -1).any(2)
    assert 0.04 < (halves[:, 0] != halves[:, 1]).mean() < 0.09
    chance = loops[~(at_once | in_turn) & halves.all(1)].mean((1, 2))
    assert 0.02 < np.quantile(chance, 0.05) < 0.05
    assert 0.17 < np.quantile(chance, 0.9) < 0.23
    assert augment.scatter(4, np.random.default_rng(4), 16).shape == (4, 16, 9)


@pytest.mark.parametrize(("row", "chance"), [(0, 0.1), (1, 0.15), (3, 0.15), (4, 0.1), (5, 0.1), (6, 0.1)])
def test_chances_of_real_loops_end_there(hits: np.ndarray, row: int, chance: float) -> None:
    np.testing.assert_array_equal(augment.vary_real(hits, Rigged(row, chance, 0.0)), hits)
    changed = augment.vary_real(hits, Rigged(row, np.nextafter(chance, 0.0), 0.0))
    assert not np.array_equal(changed, hits)


def test_a_hit_is_left_out_as_often_as_it_is_said(hits: np.ndarray) -> None:
    assert not augment.vary_real(hits, Rigged(6, later=0.15)).any()
    np.testing.assert_array_equal(augment.vary_real(hits, Rigged(6, later=np.nextafter(0.15, 1.0))), hits)


# -- melodies ---------------------------------------------------------------------------------------


def tokens_of(*events: tuple[int, int]) -> np.ndarray:
    row = np.zeros((1, 32), np.int64)
    for step, token in events:
        row[0, step] = token
    return row


def test_real_melodies_mostly_stay() -> None:
    tokens = augment_melody.draw(3, np.random.default_rng(1))
    for row in (None, 0, 1, 2, 3):
        before = tokens.copy()
        varied = augment_melody.vary_real(tokens, Rigged(row))
        np.testing.assert_array_equal(tokens, before)
        assert np.array_equal(varied, tokens) == (row in (None, 3))


def test_bars_of_melodies_move() -> None:
    tokens = np.arange(2, 34)[None]
    np.testing.assert_array_equal(augment_melody.vary_real(tokens, Rigged(0)), np.roll(tokens, 16, axis=1))
    repeated = augment_melody.vary_real(tokens, Rigged(1))[0]
    np.testing.assert_array_equal(repeated, np.tile(tokens[0, :16], 2))
    for chance, beats in ((0.0, 1), (0.05, 2), (0.1, 3), (0.12, 3), (0.05 * 3, 0)):
        moved = augment_melody.vary_real(tokens, Rigged(2, chance))
        np.testing.assert_array_equal(moved, np.roll(tokens, 4 * beats, axis=1))


def test_what_leaves_the_range_comes_back_by_octaves() -> None:
    row = np.arange(130)
    for semitones in (*range(-40, 41), -127, 127):
        expected = []
        for token in row.tolist():
            moved = token + semitones if token > 1 else token
            while token > 1 and moved < 2:
                moved += 12
            while token > 1 and moved > 129:
                moved -= 12
            expected.append(moved)
        moved = augment_melody.transpose(row[None], np.array([semitones]))
        assert moved[0].tolist() == expected, semitones


@pytest.mark.parametrize(("row", "chance"), [(0, 0.08), (1, 0.12), (3, 0.1)])
def test_chances_of_real_melodies_end_there(row: int, chance: float) -> None:
    tokens = np.arange(2, 34)[None]
    np.testing.assert_array_equal(augment_melody.vary_real(tokens, Rigged(row, chance, 0.0)), tokens)
    changed = augment_melody.vary_real(tokens, Rigged(row, np.nextafter(chance, 0.0), 0.2))
    assert not np.array_equal(changed, tokens)


def test_notes_are_left_out_and_note_offs_stay() -> None:
    tokens = tokens_of((0, 60), (4, 1), (8, 2))
    thin = augment_melody.vary_real(tokens, Rigged(3, later=0.1))
    np.testing.assert_array_equal(thin, tokens_of((4, 1)))
    np.testing.assert_array_equal(augment_melody.vary_real(tokens, Rigged(3, later=0.21)), tokens)


def test_the_second_bar_comes_to_the_octave_of_the_first() -> None:
    low, high = np.array([[2 + 40, 0, 2 + 44]]), np.array([[2 + 64, 1, 2 + 70]])
    moved = augment_melody._nearest_octave(low, high)
    assert moved.tolist() == [[2 + 40, 1, 2 + 46]]
    silent = np.zeros((1, 3), np.int64)
    assert augment_melody._nearest_octave(silent, high).tolist() == high.tolist()
    assert augment_melody._nearest_octave(low, silent).tolist() == silent.tolist()


def test_pitches_of_one_loop_in_the_rhythm_of_another() -> None:
    pitches = np.array([[50, 0, 52, 0, 1, 0], [0, 0, 0, 0, 0, 0]])
    rhythm = np.array([[90, 91, 0, 92, 1, 93], [90, 0, 0, 1, 0, 91]])
    out = augment_melody._rhythm_of(pitches, rhythm)
    assert out.tolist() == [[50, 52, 0, 50, 1, 52], [90, 0, 0, 1, 0, 91]]


def test_recombined_melodies_join_bars_or_rhythm_and_pitches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(augment_melody, "vary_real", lambda out, _rng: out.copy())
    pool = np.stack([np.full(32, 60), np.where(np.arange(32) % 2, 0, 65)])
    made = augment_melody.recombine(pool, 400, np.random.default_rng(5))
    joined = (made[:, :16] > 1).sum(1) != (made[:, 16:] > 1).sum(1)
    assert 0.12 < joined.mean() < 0.3  # of two different loops, two in five
    assert set(np.unique(made)) == {0, 60, 65}
    assert {tuple(np.unique(row[row > 1])) for row in made} == {(60,), (65,), (60, 65)}


def test_sketches_are_scales_with_rests_and_clipped_notes() -> None:
    rows = augment_melody.draw(400, np.random.default_rng(6))
    keys = [scale for scale in augment_melody._SCALES if len(scale) < 12]
    scales = [{(degree + key) % 12 for degree in scale} for scale in keys for key in range(12)]
    classes = [{int(token - 2) % 12 for token in row[row >= 2]} for row in rows]
    in_scale = [any(each <= scale for scale in scales) for each in classes]
    assert 0.85 < np.mean(in_scale) < 1.0
    assert rows.max() <= 129
    pitches = rows[rows >= 2] - 2
    assert 24 <= pitches.min() < 36
    assert 90 < pitches.max() <= 127
    offs = (rows == 1).any(1).mean()
    assert 0.3 < offs < 0.8
    late = (rows[:, 0] < 2).mean()
    assert 0.25 < late < 0.6
    onsets = (rows >= 2).sum(1)
    assert onsets.min() < 5 < 20 < onsets.max()


def test_a_batch_of_melodies_is_weighted() -> None:
    pool = np.stack([np.full(32, 0), np.full(32, 60)])
    pool[0, 0] = 50
    batch, real, scattered = augment_melody.training_batch(
        pool, np.array([0.0, 1.0]), 100, np.random.default_rng(7)
    )
    assert (len(batch), real.sum(), scattered.sum()) == (100, 55, 13)
    assert real[:55].all()
    assert scattered[-13:].all()
    first = batch[real][:, 0]
    assert (batch[real] == first[:, None]).all()
    assert set(first) == set(range(55, 67))


def test_melodies_are_moved_anywhere_in_one_piece() -> None:
    row = np.zeros(32, np.int64)
    row[[3, 5, 9]] = [62, 70, 55]
    row[7] = 1
    moved = augment_melody.anywhere(np.repeat(row[None], 4000, 0), np.random.default_rng(1))
    by = moved[:, 3] - 62
    assert (moved == np.where(row >= 2, row + by[:, None], row)).all()
    assert (moved[:, 9].min(), moved[:, 5].max()) == (2, 129)
    assert len(np.unique(by)) == 128 - 15
    full = np.array([[2, 129], [0, 1]])
    np.testing.assert_array_equal(augment_melody.anywhere(full, np.random.default_rng(1)), full)


def test_scattered_melodies_are_anywhere_and_dense_or_not() -> None:
    rows = augment_melody.scatter(3000, np.random.default_rng(2))
    pitches = rows[rows >= 2] - 2
    counts = np.bincount(pitches, minlength=128)
    assert counts.min() > 0.3 * counts.mean()
    onsets = (rows >= 2).sum(1)
    assert 0.4 < (onsets == 32).mean() < 0.6
    assert onsets.min() < 6
    full = rows[onsets == 32]
    assert 0.15 < np.mean([len(set(row)) == 32 for row in full]) < 0.4, "some say no pitch twice"
    spans = full.max(1) - full.min(1)
    assert 0.35 < (spans > 75).mean() < 0.7
    assert (spans < 24).mean() > 0.05
    offs = rows == 1
    assert offs.any()
    before = np.maximum.accumulate(np.where(rows != 0, np.arange(32), -1), 1)[:, :-1]
    last = np.take_along_axis(rows, np.maximum(before, 0), 1)
    assert (last[offs[:, 1:]] >= 2).all()
    assert not offs[:, 0].any()
    assert augment_melody.scatter(2, np.random.default_rng(2), 16).shape == (2, 16)


def test_some_varied_and_drawn_melodies_lie_far_from_where_music_is() -> None:
    pool = np.full((4, 32), 62)
    batch = augment_melody.training_batch(pool, None, 1000, np.random.default_rng(3))
    varied = batch.tokens[550:650]
    assert ((varied.max(1) < 44) | (varied.min(1) > 80)).sum() > 10
    assert batch.tokens[batch.real].min() == 57


# -- a seed decides all -----------------------------------------------------------------------------


def digest(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:12]


def test_a_seed_makes_the_batches_that_it_always_made() -> None:
    rng = np.random.default_rng(2024)
    loops = augment.draw(300, rng)
    drums = [loops, augment.vary_real(loops, rng), augment.recombine(loops, 300, rng)]
    drums.append(augment.training_batch(loops, 100, rng, (0.45, 0.25, 0.14))[0])
    assert [digest(each) for each in drums] == DRUM_DIGESTS
    tokens = augment_melody.draw(300, rng)
    tunes = [tokens, augment_melody.vary_real(tokens, rng), augment_melody.recombine(tokens, 300, rng)]
    tunes.append(augment_melody.training_batch(tokens, None, 100, rng)[0])
    assert [digest(each) for each in tunes] == MELODY_DIGESTS


DRUM_DIGESTS = ["0d0600682f75", "b1f8b70effa5", "ff6d9054affb", "9b3f3139655f"]
MELODY_DIGESTS = ["56b5db4c37f6", "59780e0b2e9b", "bf6539c8eb55", "cb4e4fe5c06b"]
