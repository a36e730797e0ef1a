"""The palette that plays before the model is there."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from blender_app.core import stored_palette
from blender_app.core.drums import DrumLoop
from blender_app.core.errors import FileError
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.presets import DEFAULT_CORNERS, preset_named
from blender_app.core.stored_palette import StoredPalette


def loop_at(row: int, column: int) -> DrumLoop:
    return DrumLoop.empty().with_hit(row, column, 60 + row, 0.25).with_hit(31, 8, 1 + column, -0.5)


@pytest.fixture
def palette() -> StoredPalette[DrumLoop]:
    """Return 3 rows by 5 columns, each loop telling its place."""
    return StoredPalette([[loop_at(row, column) for column in range(5)] for row in range(3)])


@pytest.fixture
def from_file(tmp_path: Path, palette: StoredPalette[DrumLoop], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Save the palette and let it be the one that is loaded; return its file."""
    file = tmp_path / stored_palette.file_name("drums")
    palette.save(file)
    monkeypatch.setattr(resources, "files", lambda _package: tmp_path)
    return file


def test_points_get_the_nearest_cell_x_to_the_right_y_down(palette: StoredPalette[DrumLoop]) -> None:
    points = np.array([[0, 0], [1, 0], [0, 1], [1, 1], [0.26, 0.49], [0.1, 0.2], [7, -3]])
    places = [(0, 0), (0, 4), (2, 0), (2, 4), (1, 1), (0, 0), (0, 4)]
    assert palette.at(points) == [loop_at(*place) for place in places]


def test_any_grid_goes_from_corner_to_corner(palette: StoredPalette[DrumLoop]) -> None:
    assert palette.cells(3, 5) == [[loop_at(row, column) for column in range(5)] for row in range(3)]
    for rows, cols in ((2, 2), (3, 33), (11, 11)):
        cells = palette.cells(rows, cols)
        assert (len(cells), {len(row) for row in cells}) == (rows, {cols})
        assert (cells[0][0], cells[0][-1], cells[-1][0], cells[-1][-1]) == palette.corners


def test_what_is_saved_is_loaded(palette: StoredPalette[DrumLoop], from_file: Path) -> None:
    loaded = StoredPalette.load()
    for ours, theirs in zip(palette.cells(3, 5), loaded.cells(3, 5), strict=True):
        for one, other in zip(ours, theirs, strict=True):
            assert np.array_equal(one.hits, other.hits)
            assert np.array_equal(one.velocity, other.velocity)
            assert np.abs(one.microtiming - other.microtiming).max() <= 1 / 254


@pytest.mark.parametrize("length", [0, 1, 10, 100, -1, -30])
def test_a_damaged_file_is_our_error(from_file: Path, length: int) -> None:
    from_file.write_bytes(from_file.read_bytes()[:length])
    with pytest.raises(FileError, match="missing or damaged"):
        StoredPalette.load()


def test_rubbish_and_no_file_are_our_error(from_file: Path) -> None:
    from_file.write_bytes(b"PK\x03\x04 and nothing like it" * 10)
    with pytest.raises(FileError, match="missing or damaged"):
        StoredPalette.load()
    from_file.unlink()
    with pytest.raises(FileError, match="missing or damaged"):
        StoredPalette.load()


def test_the_shipped_one_lies_between_the_default_corners() -> None:
    shipped = StoredPalette.load()
    for corner, name in zip(shipped.corners, DEFAULT_CORNERS, strict=True):
        preset = preset_named(name).loop
        assert np.array_equal(corner.hits, preset.hits)
        assert np.array_equal(corner.velocity, preset.velocity)
    assert len({loop for row in shipped.cells(11, 11) for loop in row}) > 40


def tune_at(row: int, column: int) -> MelodyLoop:
    return MelodyLoop.from_notes([Note(row, 127 - column, 60 + row, 3.0, 0.25), Note(31, 0, 1, 1.0, -0.5)])


@pytest.mark.parametrize("kind", ["bass", "melody"])
def test_what_is_saved_of_melodies_is_loaded(
    kind: Literal["bass", "melody"], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "files", lambda _package: tmp_path)
    saved = StoredPalette([[tune_at(row, column) for column in range(4)] for row in range(3)])
    saved.save(tmp_path / stored_palette.file_name(kind))
    loaded = StoredPalette.load(kind)
    for row, loops in enumerate(loaded.cells(3, 4)):
        for column, loop in enumerate(loops):
            assert isinstance(loop, MelodyLoop)
            assert loop.events.tolist() == tune_at(row, column).events.tolist()
            assert loop.velocity.tolist() == tune_at(row, column).velocity.tolist()
            assert np.abs(loop.microtiming - tune_at(row, column).microtiming).max() <= 1 / 254
    (tmp_path / stored_palette.file_name(kind)).write_bytes(b"nothing")
    with pytest.raises(FileError, match="missing or damaged"):
        StoredPalette.load(kind)


def test_there_is_none_for_other_kinds() -> None:
    with pytest.raises(FileError, match="no stored palette for 'flute'"):
        StoredPalette.load("flute")


@pytest.mark.parametrize("steps", [16, 64, 256])
def test_loops_of_all_lengths_are_stored(steps: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beat = DrumLoop.empty(steps).with_hit(steps - 1, 3, 70, 0.5)
    tune = MelodyLoop.from_notes([Note(steps - 4, 60, 80, 4.0, -0.5)], steps)
    monkeypatch.setattr(resources, "files", lambda _package: tmp_path)
    StoredPalette([[beat]]).save(tmp_path / stored_palette.file_name("drums"))
    StoredPalette([[tune]]).save(tmp_path / stored_palette.file_name("melody"))
    assert StoredPalette.load("drums").cells(1, 1) == [[beat]]
    assert StoredPalette.load("melody").cells(1, 1) == [[tune]]


def test_a_file_that_states_no_length_has_two_bars(from_file: Path) -> None:
    stated = StoredPalette.load("drums")
    with np.load(from_file) as data:
        arrays = {name: data[name] for name in data.files if name != "steps"}
        assert int(data["steps"]) == 32
    np.savez_compressed(from_file, **arrays)
    assert StoredPalette.load("drums").cells(3, 5) == stated.cells(3, 5)


def test_a_length_that_no_loop_has_is_damage(from_file: Path) -> None:
    with np.load(from_file) as data:
        arrays = {name: data[name] for name in data.files}
    np.savez_compressed(from_file, **{**arrays, "steps": np.array(48)})
    with pytest.raises(FileError, match="damaged"):
        StoredPalette.load("drums")
