"""Songs that share loops lie on one side of the split, whatever they are called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blender_app.corpus.kin import COMMON, MIN_SHARED, groups, together
from blender_app.corpus.melody_windows import relative_events, relative_onsets
from blender_app.corpus.prepare import prepare
from blender_app.corpus.prepare_melody import prepare_melody
from blender_app.corpus.reading import Report
from blender_app.corpus.sources import is_held_out
from blender_app.corpus.split import Split
from tests.corpus.test_prepare import GROOVE, write_midi


def table(*songs: list[int]) -> tuple[Any, Any]:
    """Return keys and songs of loops given as numbers, a list for each song."""
    keys = np.array([[loop, 7] for song in songs for loop in song], np.int16)
    return keys, np.array([number for number, song in enumerate(songs) for _ in song])


def test_songs_that_share_loops_are_one_group_and_others_are_not() -> None:
    keys, song = table([1, 2, 3, 4], [9, 3, 2, 1, 1], [4, 5, 6, 7], [20, 21])
    group = groups(keys, song)
    assert (group[song == 0][0] == group[song == 1]).all()
    assert len(set(group[song >= 1])) == 3, "one loop in common is chance"


def test_kin_of_kin_are_kin() -> None:
    keys, song = table([1, 2, 3], [1, 2, 3, 11, 12, 13], [11, 12, 13, 21, 22, 23], [21, 22, 23])
    assert len(set(groups(keys, song))) == 1


def test_a_long_song_is_not_kin_by_a_small_part() -> None:
    shared = list(range(MIN_SHARED))
    long_songs = [shared + list(range(first, first + 10 * MIN_SHARED)) for first in (1000, 2000)]
    assert len(set(groups(*table(*long_songs)))) == 2
    assert len(set(groups(*table(long_songs[0], [*shared, 5000])))) == 1, "but it is of a short one"


def test_a_loop_that_all_play_joins_nobody() -> None:
    figures = [1, 2, 3, 4]
    few = [[*figures, 100 + number] for number in range(COMMON)]
    assert len(set(groups(*table(*few)))) == 1
    many = [*few, [*figures, 999]]
    assert len(set(groups(*table(*many)))) == len(many)


def test_kin_are_learned_from_if_one_of_them_is() -> None:
    keys, song = table([1, 2, 3], [1, 2, 3, 4], [5, 6, 7], [5, 6, 7])
    held = np.isin(song, [1, 2, 3])
    report = Report()
    split = together(Split(held, np.zeros(len(song), np.int64), ("x",)), keys, song, report)
    assert split.validation.tolist() == np.isin(song, [2, 3]).tolist()
    assert report.moved.total() == 4
    assert any(line.startswith("moved          4 windows") for line in report.lines())


def test_what_a_set_says_itself_is_held_back_stays_so() -> None:
    keys, song = table([1, 2, 3], [1, 2, 3], [1, 2, 3])
    song[song == 1] = -1
    held = np.array([False] * 3 + [True] * 6)
    split = together(Split(held, np.zeros(9, np.int64), ("x",)), keys, song, Report())
    assert split.validation.tolist() == [False] * 3 + [True] * 3 + [False] * 3
    alone = np.full(9, -1)
    split = together(Split(held, np.zeros(9, np.int64), ("x",)), keys, alone, Report())
    assert split.validation.tolist() == held.tolist()


def names(validation: bool, count: int) -> list[str]:
    """Return names of songs that their name alone puts on one side."""
    found = (name for name in map("song{}".format, range(1000)) if is_held_out(name) == validation)
    return [next(found) for _ in range(count)]


def test_a_held_back_melody_under_another_name_moves_to_what_is_learned_from(
    tmp_path: Path, write_song: Any, part: Any
) -> None:
    def tune(seed: int, up: int, length: float) -> Any:
        pitches = np.random.default_rng(seed).integers(60, 73, 64)
        return part([(2 * i, int(pitch) + up, 90, length) for i, pitch in enumerate(pitches)])

    (copied, own), (learned,) = names(True, 2), names(False, 1)
    write_song(tmp_path / "one" / f"{learned}.mid", tune(1, 0, 1.8))
    write_song(tmp_path / "two" / f"{copied}.mid", tune(1, 5, 0.9))
    write_song(tmp_path / "two" / f"{own}.mid", tune(2, 0, 1.8))
    corpus, report = prepare_melody([tmp_path / "one", tmp_path / "two"], progress=False)
    assert corpus.validation.sum() == 7, "the windows of one song of eight bars"
    assert report.moved.total() == 7
    sides = [relative_onsets(corpus.side(side).events) for side in (False, True)]
    assert not {row.tobytes() for row in sides[0]} & {row.tobytes() for row in sides[1]}


def test_held_back_drums_under_another_name_move_but_no_performances(tmp_path: Path) -> None:
    bars = [[*GROOVE, (n, 42, 90), (n + 5, 46, 90)] for n in range(1, 7)]
    (copied,), (learned,) = names(True, 1), names(False, 1)
    for name in (copied, learned):
        write_midi(tmp_path / "games" / f"{name}.mid", bars)
    write_midi(tmp_path / "gmd" / "take.mid", bars)
    (tmp_path / "gmd" / "info.csv").write_text("midi_filename,split\ntake.mid,validation\n")
    corpus, report = prepare([tmp_path / "games"], progress=False)
    assert not corpus.validation.any()
    assert report.moved.total() == len(corpus.windows)
    both, _ = prepare([tmp_path / "games", tmp_path / "gmd"], progress=False)
    assert both.validation.all(), "of equal windows those that are held back stay"
    assert {both.source_names[index] for index in both.source} == {"gmd"}


def test_melodies_are_one_however_long_their_notes_are_held() -> None:
    held = np.full((2, 32), -2, np.int16)
    held[:, [0, 4, 9]] = [60, 64, 67]
    held[1, [2, 6]] = -1
    assert np.array_equal(*relative_onsets(held))
    assert not np.array_equal(*relative_events(held))
    moved = np.where(held[0] >= 0, held[0] + 7, held[0])
    np.testing.assert_array_equal(relative_onsets(moved[None])[0], relative_onsets(held)[0])


@pytest.mark.parametrize("song", [np.zeros(0, np.int64), np.full(3, -1)])
def test_no_songs_make_no_groups(song: Any) -> None:
    assert (groups(np.zeros((len(song), 4), np.int16), song) == -1).all()
