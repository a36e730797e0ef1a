"""Folders of songs to a corpus: split, duplicates, reports and files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blender_app.cli import main
from blender_app.core.errors import FileError, LoopweaveError
from blender_app.corpus.melody_sources import find_songs
from blender_app.corpus.prepare import DrumCorpus
from blender_app.corpus.prepare_melody import MelodyCorpus, prepare_melody


def tune(seed: int, *, up: int = 0, bars: int = 4, off: float = 0.0) -> list[Any]:
    """Return eighths by chance, the same for the same seed."""
    pitches = np.random.default_rng(seed).integers(60, 73, 8 * bars)
    return [(2 * i + off, int(p) + up, 50 + 2 * i, 1.8) for i, p in enumerate(pitches)]


def songs_of_side(folder: Path, write_song: Any, part: Any, validation: bool, count: int = 1) -> list[str]:
    """Return names of songs that the split puts on one side."""
    names: list[str] = []
    for number in range(1000):
        if len(names) == count:
            break
        path = folder / f"song{number}.mid"
        write_song(path, part(tune(0)))
        if find_songs(folder)[0].validation == validation:
            names.append(path.name)
        path.unlink()
    return names


def test_windows_with_their_side_kind_and_source(tmp_path: Path, write_song: Any, part: Any) -> None:
    for number in range(40):
        write_song(
            tmp_path / "games" / f"song{number}.mid",
            part(tune(number)),
            part(tune(100 + number, up=-30), program=33, channel=1),
        )
    write_song(tmp_path / "more" / "other.mid", part(tune(999)))
    corpus, report = prepare_melody([tmp_path / "games", tmp_path / "more"], progress=False)
    assert corpus.source_names == ("games", "more")
    assert len(corpus) == 41 * 3 + 40 * 3
    assert len(corpus.side(False)) + len(corpus.side(True)) == len(corpus)
    assert 0 < len(corpus.side(True)) < 60
    assert len(corpus.side(True, ["games"], bass=True)) == len(corpus.side(True, ["games"], bass=False))
    assert len(corpus.side(False, ["more"])) + len(corpus.side(True, ["more"])) == 3
    assert len(corpus.side(False, ["unknown"])) == 0
    assert (corpus.events[corpus.bass] < 48).all()
    assert ((corpus.velocity > 0) == (corpus.events >= 0)).all()
    assert sum(report.kept.values()) == len(corpus)


def test_duplicates_up_to_transposition_go_from_the_training_side(
    tmp_path: Path, write_song: Any, part: Any
) -> None:
    (held,) = songs_of_side(tmp_path, write_song, part, True)
    one, two = songs_of_side(tmp_path, write_song, part, False, 2)
    for name, up in ((one, 0), (two, 5), (held, -7)):
        write_song(tmp_path / name, part(tune(1, up=up, bars=2)))
    corpus, report = prepare_melody([tmp_path], progress=False)
    assert corpus.validation.tolist() == [True]
    assert report.dropped["duplicate windows"] == 2


def test_of_duplicates_the_one_with_velocity_stays(tmp_path: Path, write_song: Any, part: Any) -> None:
    flat, played = sorted(songs_of_side(tmp_path, write_song, part, False, 2))
    write_song(tmp_path / flat, part([(s, p, 90, n) for s, p, _, n in tune(1, bars=2)]))
    write_song(tmp_path / played, part(tune(1, bars=2, up=3)))
    corpus, _ = prepare_melody([tmp_path], progress=False)
    assert len(corpus) == 1
    assert corpus.velocity[0, 2] == 52


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.mid", b""),
        ("garbage.mid", b"no midi"),
        ("cut.mxl", b"PK\x03\x04"),
        ("text.musicxml", b"no xml"),
    ],
)
def test_a_broken_file_is_named_and_skipped(
    tmp_path: Path, write_song: Any, part: Any, name: str, content: bytes
) -> None:
    write_song(tmp_path / "good.mid", part(tune(1, bars=2)))
    (tmp_path / name).write_bytes(content)
    corpus, report = prepare_melody([tmp_path], progress=False)
    assert len(corpus) == 1
    assert any(name in line for line in report.lines())


def test_what_is_not_four_four_or_off_the_grid_is_dropped_and_counted(
    tmp_path: Path, write_song: Any, part: Any
) -> None:
    write_song(tmp_path / "good.mid", part(tune(1, bars=2)), part(tune(2, off=0.4)[:4], channel=1))
    write_song(tmp_path / "waltz.mid", part(tune(3)), signature=(3, 4))
    write_song(tmp_path / "loose.mid", part(tune(4, off=0.4)))
    write_song(tmp_path / "chords.mid", part(tune(5) + tune(5, up=4)))
    corpus, report = prepare_melody([tmp_path], progress=False)
    assert len(corpus) == 1
    assert report.dropped["files without 4/4"] == 1
    assert report.dropped["files off the sixteenth grid"] == 1
    assert report.dropped["lines off the sixteenth grid"] == 1
    assert report.dropped["files without a line of single notes"] == 1


def test_nothing_usable_says_so(tmp_path: Path, write_song: Any, part: Any) -> None:
    write_song(tmp_path / "drums.mid", part(tune(1), channel=9))
    with pytest.raises(LoopweaveError, match="no melodies or basslines to learn from in 1 files"):
        prepare_melody([tmp_path], progress=False)
    with pytest.raises(LoopweaveError, match="not a folder"):
        prepare_melody([tmp_path / "missing"], progress=False)


def test_a_corpus_survives_its_file(tmp_path: Path, write_song: Any, part: Any) -> None:
    write_song(tmp_path / "in" / "a.mid", part(tune(1)), part(tune(2, up=-30), program=33, channel=1))
    corpus, _ = prepare_melody([tmp_path / "in"], progress=False)
    corpus.save(tmp_path / "new folder" / "c.npz")
    again = MelodyCorpus.load(tmp_path / "new folder" / "c.npz")
    for name in ("events", "velocity", "bass", "validation", "source"):
        one, other = getattr(corpus, name), getattr(again, name)
        np.testing.assert_array_equal(other, one)
        assert other.dtype == one.dtype
    assert again.source_names == corpus.source_names
    assert len(again.windows) == len(corpus)


def test_the_command_prepares_either_kind(
    tmp_path: Path, write_song: Any, part: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    write_song(tmp_path / "in" / "a.mid", part(tune(1)))
    out = tmp_path / "melodies.npz"
    asked = [str(tmp_path / "in"), "--out", str(out), "--quiet"]
    assert main(["prepare", "--kind", "melody", *asked]) == 0
    assert f"{out}: written" in capsys.readouterr().out
    assert len(MelodyCorpus.load(out)) == 3
    assert main(["prepare", *asked]) == 2, "drums, which it has none of, unless asked otherwise"
    with pytest.raises(FileError, match="not a prepared corpus"):
        DrumCorpus.load(out)


@pytest.mark.parametrize("data", [b"", b"nothing", b"PK\x03\x04rubbish"])
def test_a_damaged_corpus_is_our_error(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bad.npz").write_bytes(data)
    with pytest.raises(FileError, match="not a prepared corpus"):
        MelodyCorpus.load(tmp_path / "bad.npz")
    with pytest.raises(FileError, match="not a prepared corpus"):
        MelodyCorpus.load(tmp_path / "missing.npz")
    with pytest.raises(FileError, match="is a folder"):
        MelodyCorpus.save(_nothing(), tmp_path)


def _nothing() -> MelodyCorpus:
    none = np.zeros(0, np.bool_)
    shape = (0, 32)
    return MelodyCorpus(
        none, np.zeros(0, np.int64), (), np.zeros(shape, np.int16), np.zeros(shape, np.uint8), none
    )
