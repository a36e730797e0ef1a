"""Ways are judged on unseen loops, beside ways whose figures are known."""

from __future__ import annotations

import argparse
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from blender_app.core.drums import DrumLoop, hits_to_tokens
from blender_app.core.melody import MelodyLoop
from blender_app.corpus.drum_windows import DrumWindows
from blender_app.corpus.prepare import DrumCorpus
from blender_app.corpus.prepare_melody import MelodyCorpus
from blender_app.training import augment, augment_melody
from blender_app.training.drum_ways import DrumWays
from blender_app.training.judge_ways import AUC, COST, DENSITY, WayJudge
from blender_app.training.melody_ways import MelodyWays
from blender_app.training.preset_palettes import CORNER_SETS, palette_figures, preset_palettes
from blender_app.training.rulers import voice_density
from blender_app.training.table import Table
from blender_app.training.way_report import add_way_options, only_ways, way_lines

PAIRS = 8
NEW = "middle: hits that neither end has"


class Oracle:
    """A model whose way is its first end until it is its second; at wander 1 it is silent between."""

    def make_morph(
        self, a: DrumLoop | MelodyLoop, b: DrumLoop | MelodyLoop, plain: bool, wander: float
    ) -> SimpleNamespace:
        silence = type(a).empty()

        def at(places: np.ndarray) -> list[DrumLoop | MelodyLoop]:
            turn = 0.3 if plain else 0.6
            loops = [a if place < turn else b for place in places]
            return [a, *[silence] * (len(loops) - 2), b] if wander == 1 else loops

        return SimpleNamespace(at=at)


def drum_judge(tuning: bool = False) -> DrumWays:
    rng = np.random.default_rng(0)
    hits = augment.draw(400, rng)
    hits[:, 0, 0] = True
    velocity = np.where(hits, rng.integers(30, 120, hits.shape), 0).astype(np.uint8)
    windows = DrumWindows(hits, velocity, np.zeros(hits.shape, np.float32))
    source = np.arange(400) % 4 // 3
    corpus = DrumCorpus(np.arange(400) % 2 == 1, source, ("gmd", "other", "none"), windows)
    return DrumWays(Oracle(), corpus, PAIRS, tuning)


def melody_judge() -> MelodyWays:
    rng = np.random.default_rng(0)
    events = (augment_melody.draw(200, rng) - 2).astype(np.int16)
    corpus = MelodyCorpus(
        np.arange(200) % 2 == 1,
        np.arange(200) % 4 // 2,
        ("pop909", "trio-leadsheet-gmd"),
        events,
        np.zeros(events.shape, np.uint8),
        np.zeros(200, np.bool_),
    )
    return MelodyWays(Oracle(), corpus, PAIRS)


@pytest.fixture(scope="module")
def drums() -> DrumWays:
    return drum_judge()


def keys(loops: np.ndarray) -> set[bytes]:
    return {loop.tobytes() for loop in loops}


def test_pairs_are_of_one_half_of_what_is_unseen(drums: DrumWays) -> None:
    held, other = drums.loops[drums.held], drum_judge(tuning=True)
    assert not (drums.held & other.held).any()
    np.testing.assert_array_equal(drums.held | other.held, drums.split.validation)
    pairs = drums.draw("all sets", 0)
    assert len(pairs.a) == len(pairs.b) == PAIRS
    assert keys(pairs.a) | keys(pairs.b) <= keys(held)
    again = drums.draw("all sets", 0)
    np.testing.assert_array_equal(pairs.a, again.a)
    assert keys(pairs.a) != keys(drums.draw("all sets", 1).a)


def test_in_a_group_all_sets_count_the_same(drums: DrumWays) -> None:
    assert list(drums.groups) == ["GMD", "all sets"]
    assert list(drums.groups["all sets"]) == ["gmd", "other"]
    for group, share in (("GMD", 0), ("all sets", PAIRS)):
        pairs = drums.draw(group, 3)
        others = keys(drums.loops[drums.split.source == 1])
        assert sum(loop.tobytes() in others for loop in (*pairs.a, *pairs.b)) == share
    with pytest.raises(ValueError, match="are wanted"):
        DrumWays(drums.model, drums.split, 1000).draw("GMD", 0)


def test_each_way_has_each_figure(drums: DrumWays) -> None:
    table = drums.table("GMD", draws=2)
    assert table.columns == [
        "as shipped",
        "wander 0",
        "wander 1",
        "straight line",
        "cross-fade by step",
        "cross-fade by beat",
        "cross-fade by half bar",
        "real loops",
    ]
    assert len(table.values[AUC, "as shipped"]) == 2
    assert table.mean("largest of 8 steps", "as shipped") == pytest.approx(1.0)
    assert table.mean("length over the ends' distance", "as shipped") == pytest.approx(1.0)
    assert table.mean(DENSITY, "wander 1") == 0.0
    assert table.mean("voices of both ends that the middle has not", "wander 1") == 1.0
    assert table.mean(NEW, "cross-fade by step") == 0.0
    assert table.mean("middle: beats copied from an end", "cross-fade by beat") == 1.0
    ends = [drums.draw("GMD", seed) for seed in range(2)]
    loops = [np.concatenate([pairs.a, pairs.b]) for pairs in ends]
    wanted = np.mean([drums.character(each)["loops that end with a fill"] for each in loops])
    assert table.mean("loops that end with a fill", "real loops") == pytest.approx(wanted)
    halfway = [drums.way(pairs.a, pairs.b)[4] for pairs in ends]
    assert all((half == pairs.a).all() for half, pairs in zip(halfway, ends, strict=True))
    plain = drums.way(ends[0].a, ends[0].b, plain=True)
    np.testing.assert_array_equal(plain[4], ends[0].b)


def test_what_cheats_is_caught_by_some_ruler(drums: DrumWays) -> None:
    table = drums.degenerate(draws=1)
    assert table.mean(DENSITY, "in common") < 0.8
    assert table.mean("bar 2 as bar 1: loops", "one bar twice") == 1.0
    assert table.mean("largest of 8 steps", "stopped") > 0.3
    assert table.mean("largest of 8 steps", "frozen") == pytest.approx(1.0)
    assert table.mean("middle: beats copied from an end", "beats copied") == 1.0
    tokens = hits_to_tokens(drums.loops[~drums.split.validation] > 0)
    usual = hits_to_tokens(drums.usual() > 0)
    counts = drums.count(tokens)
    likely = tokens[counts >= np.median(counts)]
    np.testing.assert_array_equal(usual, likely[drums.language.nats(likely).argmin()])


def test_voices_have_curves_over_the_way(drums: DrumWays) -> None:
    table = drums.voice_curves(draws=1)
    pairs = drums.draw("GMD", 0)
    density = voice_density(drums.way(pairs.a, pairs.b))
    assert table.columns == ["0", "0.125", "0.25", "0.375", "0.5", "0.625", "0.75", "0.875", "1"]
    assert table.mean("kick", "0") == 1.0
    assert table.mean("snare", "0.5") == pytest.approx(density[4, 1])


def test_melodies_have_rulers_of_their_own() -> None:
    judge = melody_judge()
    assert judge.groups == {"all sets": ["pop909"]}
    table = judge.table("all sets", draws=1)
    assert table.mean("middle: pitches that neither end has", "as shipped") == 0.0
    assert table.mean("notes in the keys of the ends", "as shipped") == 1.0
    assert table.mean(DENSITY, "wander 1") == 0.0
    assert table.musts[COST] == "<= 1.06"
    pairs = judge.draw("all sets", 0)
    np.testing.assert_array_equal(judge.way(pairs.a, pairs.b)[4], pairs.a)
    assert judge.count(pairs.a).tolist() == (pairs.a > 1).sum(1).tolist()


def asked(*arguments: object) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_way_options(parser)
    return parser.parse_args(list(map(str, arguments)))


def test_a_benchmark_prints_what_it_is_asked_for(drums: DrumWays, tmp_path: Path) -> None:
    def printed(*arguments: object) -> str:
        return "\n".join(way_lines(drums, asked("--draws", 1, *arguments)))

    assert not only_ways(asked())
    every = printed()
    assert "of GMD, 1 draws" in every
    assert "of all sets" in every
    assert "thinned" not in every
    cheats = printed("--degenerate")
    assert only_ways(asked("--degenerate"))
    assert "| thinned |" in cheats
    assert "cross-fade" not in cheats
    over = printed("--wander-curve", tmp_path / "wander.png")
    assert "| | 0 | 0.2 | 0.4 | 0.6 | 0.8 | 1 | must |" in over
    assert (tmp_path / "wander.png").read_bytes().startswith(b"\x89PNG")


def test_a_table_has_means_and_the_range_of_the_draws() -> None:
    table = Table(musts={"density": ".95-1.05"})
    table.add("ours", {"density": 0.9})
    table.add("ours", {"density": 1.0})
    table.add("theirs", {"cost": 2.0})
    assert list(table.lines()) == [
        "| | ours | theirs | must |",
        "|---|---|---|---|",
        "| density | 0.950 (0.900-1.000) |  | .95-1.05 |",
        "| cost |  | 2.000 |  |",
    ]
    assert "| density | 0.950 |  | .95-1.05 |" in table.lines(ranges=False)


def test_palettes_tell_what_no_corner_has() -> None:
    corners = np.zeros((4, 32, 9), np.bool_)
    corners[:, :4, 0] = True
    grid = np.tile(corners[0], (11, 11, 1, 1))
    grid[5, 5, 0, 0], grid[5, 5, :4, 8] = False, True
    figures = palette_figures(grid, corners)
    assert figures["interior: hits that no corner has"] == pytest.approx(4 / (81 * 4 + 3))
    assert figures["interior: density over the corners'"] == pytest.approx((81 * 4 + 3) / (81 * 4))
    assert figures["worst neighbours"] == 5
    assert figures["distinct of 121"] == 2
    assert figures["corners exact (1 yes)"] == 1
    grid[0, 0, 0, 0] = False
    assert palette_figures(grid, corners)["corners exact (1 yes)"] == 0


def test_palettes_of_presets_are_averaged_and_each_is_told() -> None:
    sets: list[list[DrumLoop]] = []

    def copies(corners: list[DrumLoop]) -> list[list[DrumLoop]]:
        sets.append(corners)
        return [[corners[2 * (row > 5) + (col > 5)] for col in range(11)] for row in range(11)]

    table = preset_palettes(copies)
    assert len({loop for corners in sets for loop in corners}) == 4 * len(CORNER_SETS)
    assert table.columns[0] == "mean"
    assert len(table.columns) == 1 + len(CORNER_SETS)
    assert table.mean("distinct of 121", "mean") == 4
    assert table.mean("interior: hits that no corner has", "mean") == 0
    each = [table.mean("worst neighbours", column) for column in table.columns[1:]]
    assert table.mean("worst neighbours", "mean") == pytest.approx(np.mean(each))


def test_a_judge_without_a_kind_is_none() -> None:
    with pytest.raises(TypeError):
        WayJudge()
