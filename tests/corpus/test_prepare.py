"""Folders of MIDI to windows: the grid, the traps, the split, and files that are no use."""

from pathlib import Path

import mido
import numpy as np
import pytest

from blender_app.core.drums import VOICES
from blender_app.core.errors import FileError, LoopweaveError
from blender_app.corpus.prepare import DrumCorpus, prepare
from blender_app.corpus.sources import find_files

GROOVE = [(0, 36, 110), (4, 38, 100), (8, 36, 90), (12, 38, 101)]
"""(step, pitch, velocity) of one bar."""


def write_midi(
    path: Path,
    bars: list[list[tuple[float, int, int]]],
    *,
    tpq: int = 96,
    channel: int = 9,
    signature: tuple[int, int] = (4, 4),
) -> None:
    """Write bars of (step, pitch, velocity) by mido."""
    file = mido.MidiFile(ticks_per_beat=tpq)
    track = mido.MidiTrack()
    file.tracks.append(track)
    track.append(mido.MetaMessage("time_signature", numerator=signature[0], denominator=signature[1]))
    events = []
    for bar, notes in enumerate(bars):
        for step, pitch, velocity in notes:
            tick = round((16 * bar + step) * tpq / 4)
            events += [(tick, "note_on", pitch, velocity), (tick + tpq // 8, "note_off", pitch, 0)]
    now = 0
    for tick, kind, pitch, velocity in sorted(events):
        message = mido.Message(kind, channel=channel, note=pitch, velocity=velocity, time=tick - now)
        track.append(message)
        now = tick
    path.parent.mkdir(parents=True, exist_ok=True)
    file.save(path)


def test_windows_start_on_every_bar_line_with_velocity_and_microtiming(tmp_path: Path) -> None:
    bars = [GROOVE, [(0.25, 36, 77), (2, 38, 50), *GROOVE[1:]], [(15.75, 42, 60), *GROOVE], GROOVE]
    write_midi(tmp_path / "a.mid", bars)
    corpus, _ = prepare([tmp_path], progress=False)
    windows = corpus.windows
    assert len(windows) == 3
    first = next(i for i in range(3) if windows.velocity[i, 16, 0] == 77)
    assert windows.velocity[first, 0, 0] == 110
    assert windows.microtiming[first, 16, 0] == pytest.approx(0.25, abs=0.01)
    early = [i for i in range(3) if windows.hits[i, 16, 2]]
    assert early, "a hit just before a bar line belongs to the beat it anticipates"
    assert windows.microtiming[early[0], 16, 2] == pytest.approx(-0.25, abs=0.01)


def test_the_groove_midi_datasets_own_map_and_split_are_used(tmp_path: Path) -> None:
    folder = tmp_path / "gmd"
    for name, extra in (("one", 58), ("two", 26), ("three", 22)):
        write_midi(folder / f"{name}.mid", [[*GROOVE, (2, extra, 80)], GROOVE])
    rows = ["midi_filename,split", "one.mid,train", "two.mid,validation", "three.mid,test"]
    (folder / "info.csv").write_text("\n".join(rows) + "\n")
    corpus, _ = prepare([folder], progress=False)
    train, held = corpus.side(False), corpus.side(True)
    assert (len(train), len(held)) == (1, 1), "test performances are not read"
    assert train.hits[0, 2, VOICES.index("low tom")]
    assert held.hits[0, 2, VOICES.index("open hat")]


def test_revisions_of_one_song_stay_on_one_side(tmp_path: Path) -> None:
    for song in range(40):
        for revision in ("0123abcd", "89abcdef"):
            step = 1 if revision[0] == "0" else 3
            notes = [*GROOVE, (step, 42, 90), (song % 16, 51, 80), (song // 16, 49, 70)]
            write_midi(tmp_path / f"d_song{song}-{revision}.mid", [notes, GROOVE])
    sides: dict[str, set[bool]] = {}
    for file in find_files(tmp_path):
        sides.setdefault(file.song, set()).add(file.validation)
    assert len(sides) == 40
    assert all(len(side) == 1 for side in sides.values())
    assert {True, False} == set.union(*sides.values())


def test_duplicates_go_from_the_training_side(tmp_path: Path) -> None:
    folder = tmp_path / "gmd"
    for name in ("one", "two"):
        write_midi(folder / f"{name}.mid", [GROOVE, GROOVE])
    (folder / "info.csv").write_text("midi_filename,split\none.mid,train\ntwo.mid,validation\n")
    corpus, report = prepare([folder], progress=False)
    assert corpus.validation.tolist() == [True]
    assert report.dropped["duplicate windows"] == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.mid", b""),
        ("garbage.mid", b"not a midi file at all"),
        ("cut.mid", b"MThd\0\0\0\6\0\1\0\1\0\x60MTrk"),
    ],
)
def test_a_broken_file_is_named_and_skipped(tmp_path: Path, name: str, content: bytes) -> None:
    write_midi(tmp_path / "good.mid", [GROOVE, GROOVE])
    (tmp_path / name).write_bytes(content)
    corpus, report = prepare([tmp_path], progress=False)
    assert len(corpus.windows) == 1
    assert any(name in problem for problem in report.problems)
    assert any(name in line for line in report.lines())


def test_what_is_not_four_four_or_off_the_grid_is_dropped_and_counted(tmp_path: Path) -> None:
    write_midi(tmp_path / "good.mid", [GROOVE, GROOVE])
    write_midi(tmp_path / "waltz.mid", [GROOVE, GROOVE], signature=(3, 4))
    loose = [(step + 0.4, pitch, velocity) for step, pitch, velocity in GROOVE]
    write_midi(tmp_path / "loose.mid", [loose, loose])
    corpus, report = prepare([tmp_path], progress=False)
    assert len(corpus.windows) == 1
    assert report.dropped["files without 4/4"] == 1
    assert report.dropped["files off the sixteenth grid"] == 1
    (tmp_path / "good.mid").unlink()
    with pytest.raises(LoopweaveError, match=r"in 2 files\.\n(.|\n)*1 files off the sixteenth grid"):
        prepare([tmp_path], progress=False)
    corpus, _ = prepare([tmp_path], progress=False, played=True)
    assert np.abs(corpus.windows.microtiming[corpus.windows.hits]).min() == pytest.approx(0.4, abs=0.02)


def test_nothing_usable_says_so(tmp_path: Path) -> None:
    write_midi(tmp_path / "melody.mid", [GROOVE], channel=0)
    with pytest.raises(LoopweaveError, match="no drums to learn from in 1 files"):
        prepare([tmp_path], progress=False)
    with pytest.raises(LoopweaveError, match="not a folder"):
        prepare([tmp_path / "missing"], progress=False)


def test_a_corpus_survives_its_file(tmp_path: Path) -> None:
    write_midi(tmp_path / "in" / "a.mid", [GROOVE, [(0.3, 36, 20), *GROOVE[1:]], GROOVE])
    corpus, _ = prepare([tmp_path / "in"], progress=False)
    corpus.save(tmp_path / "c.npz")
    again = DrumCorpus.load(tmp_path / "c.npz")
    np.testing.assert_array_equal(again.windows.hits, corpus.windows.hits)
    np.testing.assert_array_equal(again.windows.velocity, corpus.windows.velocity)
    np.testing.assert_allclose(again.windows.microtiming, corpus.windows.microtiming, atol=0.002)
    (tmp_path / "bad.npz").write_bytes(b"nothing")
    with pytest.raises(FileError, match="not a prepared corpus"):
        DrumCorpus.load(tmp_path / "bad.npz")
