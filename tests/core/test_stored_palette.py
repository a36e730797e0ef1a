"""The palette that plays before the model is there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from blender_app.core import stored_palette
from blender_app.core.drums import DrumLoop
from blender_app.core.errors import FileError
from blender_app.core.presets import DEFAULT_CORNERS, preset_named
from blender_app.core.stored_palette import StoredPalette


def loop_at(row: int, column: int) -> DrumLoop:
    return DrumLoop.empty().with_hit(row, column, 60 + row, 0.25).with_hit(31, 8, 1 + column, -0.5)


@pytest.fixture
def palette() -> StoredPalette:
    """Return 3 rows by 5 columns, each loop telling its place."""
    return StoredPalette([[loop_at(row, column) for column in range(5)] for row in range(3)])


@pytest.fixture
def from_file(tmp_path: Path, palette: StoredPalette, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Save the palette and let it be the one that is loaded; return its file."""
    file = tmp_path / stored_palette.FILE
    palette.save(file)
    monkeypatch.setattr(stored_palette.resources, "files", lambda _package: tmp_path)
    return file


def test_points_get_the_nearest_cell_x_to_the_right_y_down(palette: StoredPalette) -> None:
    points = np.array([[0, 0], [1, 0], [0, 1], [1, 1], [0.26, 0.49], [0.1, 0.2], [7, -3]])
    places = [(0, 0), (0, 4), (2, 0), (2, 4), (1, 1), (0, 0), (0, 4)]
    assert palette.at(points) == [loop_at(*place) for place in places]


def test_any_grid_goes_from_corner_to_corner(palette: StoredPalette) -> None:
    assert palette.cells(3, 5) == [[loop_at(row, column) for column in range(5)] for row in range(3)]
    for rows, cols in ((2, 2), (3, 33), (11, 11)):
        cells = palette.cells(rows, cols)
        assert (len(cells), {len(row) for row in cells}) == (rows, {cols})
        assert (cells[0][0], cells[0][-1], cells[-1][0], cells[-1][-1]) == palette.corners


def test_what_is_saved_is_loaded(palette: StoredPalette, from_file: Path) -> None:
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
