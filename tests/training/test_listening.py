"""What is listened to blind: all pairs, all ways, names that tell nothing, and means that do."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from blender_app.core.drums import DrumLoop
from blender_app.core.errors import FileError
from blender_app.core.kinds import TrackKind
from blender_app.core.melody import MelodyLoop
from blender_app.corpus.drum_windows import DrumWindows
from blender_app.corpus.prepare import DrumCorpus
from blender_app.corpus.prepare_melody import MelodyCorpus
from blender_app.training import augment
from blender_app.training.listening import (
    HEARD,
    Loop,
    Pair,
    blind_names,
    heard_ways,
    listening_pairs,
    middle_counts,
    page,
    score,
    write_key,
)


def drum_corpus(path: Path) -> Path:
    hits = augment.draw(60, np.random.default_rng(0))
    windows = DrumWindows(hits, np.where(hits, 77, 0).astype(np.uint8), np.where(hits, 0.25, 0.0))
    DrumCorpus(np.ones(60, np.bool_), np.zeros(60, np.int64), ("gmd",), windows).save(path / "d.npz")
    return path / "d.npz"


def test_pairs_come_from_everywhere_in_turn(tmp_path: Path) -> None:
    pairs = listening_pairs(TrackKind.DRUMS, drum_corpus(tmp_path), 1)
    assert [pair.origin for pair in pairs] == ["presets", "held-out performances", "drawn"] * 4
    played = pairs[1].a
    assert isinstance(played, DrumLoop)
    assert set(played.velocity[played.hits]) == {77}
    assert played.microtiming[played.hits] == pytest.approx(0.25, abs=0.01)
    without = listening_pairs(TrackKind.DRUMS, None, 1)
    assert [pair.origin for pair in without] == ["presets", "drawn"] * 6
    assert listening_pairs(TrackKind.DRUMS, None, 1) == without
    assert listening_pairs(TrackKind.DRUMS, None, 2) != without


def test_pairs_of_melodies_are_of_their_kind(tmp_path: Path) -> None:
    events = np.full((80, 32), -2)
    events[:, :3] = [[60], [40]] * 40
    events[:, 4] = np.arange(80)
    corpus = MelodyCorpus(
        np.ones(80, np.bool_),
        np.zeros(80, np.int64),
        ("pop909",),
        events.astype(np.int16),
        np.zeros((80, 32), np.uint8),
        np.arange(80) % 2 == 1,
    )
    corpus.save(tmp_path / "m.npz")
    for kind, pitch in ((TrackKind.MELODY, 60), (TrackKind.BASS, 40)):
        pairs = listening_pairs(kind, tmp_path / "m.npz", 0, 3)
        unseen = pairs[1].a
        assert isinstance(unseen, MelodyLoop)
        assert unseen.events[0] == pitch
        assert pairs[0].a in {preset.loop for preset in kind.spec.presets}


def test_each_way_plays_its_ends_and_its_middle_twice() -> None:
    asked: list[tuple[float | None, bool]] = []

    def make_morph(a: Loop, b: Loop, wander: float | None = None, plain: bool = False) -> SimpleNamespace:
        asked.append((wander, plain))
        return SimpleNamespace(at=lambda places: [a if place < 0.7 else b for place in places])

    hits = augment.draw(2, np.random.default_rng(0))
    a, b = (DrumLoop(each, np.full(each.shape, 60), np.full(each.shape, 0.125)) for each in hits)
    ways = heard_ways(SimpleNamespace(make_morph=make_morph), Pair(a, b, "drawn", 100), 0)
    assert asked == [(0.5, False), (0.0, False), (1.0, False), (None, True)]
    for loops in ways.values():
        assert len(loops) == len(HEARD)
        assert (loops[0], loops[-1]) == (a, b)
        assert loops[2] == loops[3]
    faded = ways["cross-fade by half bar"][2]
    halves = [bool((faded.hits[k : k + 8] == a.hits[k : k + 8]).all()) for k in range(0, 32, 8)]
    assert sum(halves) == 2
    assert set(faded.velocity[faded.hits]) == {60}
    assert set(faded.microtiming[faded.hits]) == {0.125}
    counts = middle_counts(ways)
    assert counts["as shipped"] == (pytest.approx(2 * a.hit_count / (a.hit_count + b.hit_count)), 0.0)


def test_new_pitches_and_new_hits_are_counted() -> None:
    low, high = (MelodyLoop.from_events([pitch, *[-2] * 15]) for pitch in (60, 62))
    both = MelodyLoop.from_events([60, -2, 61, 62, 62, *[-2] * 11])
    assert middle_counts({"way": [low, both, high]})["way"] == (pytest.approx(4.0), pytest.approx(0.25))
    drums = [DrumLoop.empty(16).with_hit(step, 0, 90) for step in (0, 1, 2)]
    assert middle_counts({"way": drums})["way"] == (1.0, 1.0)


def test_names_tell_the_pair_and_not_the_way() -> None:
    ways = ["ours", "theirs", "plain"]
    names = blind_names(20, ways, 0)
    files = [name for named in names for name in named.values()]
    assert len(set(files)) == 60
    assert all(
        name.startswith(f"pair-{index:02d}-") for index, row in enumerate(names, 1) for name in row.values()
    )
    assert {next(iter(row)) for row in names} == set(ways)
    assert blind_names(20, ways, 0) == names
    assert blind_names(20, ways, 1) != names


def folder_with(tmp_path: Path) -> Path:
    files = {f"{name}.wav": {"way": way} for name, way in (("a", "ours"), ("b", "ours"), ("c", "plain"))}
    write_key(tmp_path, {"folder": "f", "files": files})
    return tmp_path


def test_ratings_are_averaged_by_way(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    rated = {"a.wav": {"music": 5, "belongs": 4}, "b.wav": {"music": 2}, "c.wav": {"belongs": 1}}
    (tmp_path / "r.json").write_text(json.dumps(rated))
    lines = score(folder, tmp_path / "r.json")
    assert lines[2:] == ["| ours | 3.50 | 4.00 | 2 |", "| plain |  | 1.00 | 1 |"]
    (tmp_path / "r.csv").write_text("file,music,belongs\na.wav,5,4\nb.wav,2,\nc.wav,,1\n")
    assert score(folder, tmp_path / "r.csv") == lines


@pytest.mark.parametrize(
    "text", ["no JSON", '{"z.wav": {"music": 1}}', '["a.wav"]', '{"a.wav": {"music": "x"}}']
)
def test_what_is_no_rating_is_refused(tmp_path: Path, text: str) -> None:
    folder = folder_with(tmp_path)
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(FileError):
        score(folder, tmp_path / "r.json")
    with pytest.raises(FileError):
        score(folder, tmp_path / "missing.json")


def test_the_page_knows_files_and_no_ways() -> None:
    key = {"folder": "f-1", "files": {"b.wav": {"way": "ours"}, "a.wav": {"way": "plain"}}}
    assert page('x = "FILES", y = "FOLDER"', key) == 'x = ["a.wav", "b.wav"], y = "f-1"'
