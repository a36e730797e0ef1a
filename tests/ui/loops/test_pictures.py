"""Loops as small pictures, and the palette's one image."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from blender_app.core.drums import DrumLoop
from blender_app.ui.look.theme import HUE_SETS
from blender_app.ui.loops.image import render_loops
from blender_app.ui.palette.image import PaletteGeometry, PaletteImage

GREY = np.array([[0.5, 0.0, 0.0]])


def lit(loop: DrumLoop, side: int = 96) -> np.ndarray:
    """Return which pixels are lighter than the empty picture."""
    empty, drawn = render_loops([DrumLoop.empty(), loop], np.repeat(GREY, 2, 0), side, side, 4.0)
    return drawn[..., 0].astype(int) - empty[..., 0] > 60


def test_a_hit_is_drawn_where_it_belongs() -> None:
    rows, cols = np.nonzero(lit(DrumLoop.empty().with_hit(0, 0, 100)))
    assert rows.min() > 70  # the kick is at the bottom
    assert cols.max() < 12  # the first step at the left
    rows, cols = np.nonzero(lit(DrumLoop.empty().with_hit(31, 8, 100)))
    assert rows.max() < 20
    assert cols.min() > 84


def test_every_hit_is_seen_at_every_size() -> None:
    full = DrumLoop.from_hits(np.ones((32, 9), bool))
    for side in (8, 16, 24, 48, 96, 200):
        empty, drawn = render_loops([DrumLoop.empty(), full], np.repeat(GREY, 2, 0), side, side, 0.0)
        difference = drawn[..., 0].astype(int) - empty[..., 0]
        inner = difference[side // 4 : -side // 4, side // 4 : -side // 4]
        assert inner.mean() > 40, side


def test_louder_hits_are_taller() -> None:
    heights = [lit(DrumLoop.empty().with_hit(3, 1, velocity)).sum() for velocity in (20, 60, 90, 127)]
    assert heights == sorted(set(heights))


def test_corners_are_round_and_premultiplied() -> None:
    drawn = render_loops([DrumLoop.empty()], GREY, 40, 40, 8.0)[0]
    assert drawn[0, 0, 3] == 0
    assert (drawn[..., :3] <= drawn[..., 3:]).all()
    assert drawn[20, 20, 3] == 255


def cells(count: int) -> list[list[DrumLoop]]:
    return [[DrumLoop.empty().with_hit(row, 0, 1 + col) for col in range(count)] for row in range(count)]


def blend(count: int) -> np.ndarray:
    return np.broadcast_to(HUE_SETS[0].labs[0], (count, count, 3))


def test_only_what_changed_is_drawn_again() -> None:
    image, geometry = PaletteImage(), PaletteGeometry.fit(5, 5, 300, 300, 1.0)
    grid = cells(5)
    assert len(image.draw(grid, blend(5), geometry)) == 25
    assert image.draw(cells(5), blend(5), geometry) == []
    before = image.to_qimage()
    grid[2][3] = grid[2][3].with_hit(9, 5, 90)
    assert image.draw(grid, blend(5), geometry) == [(2, 3)]
    after = image.to_qimage()
    box = geometry.cell_rect(2, 3)
    assert before.copy(box) != after.copy(box)
    other = geometry.cell_rect(2, 2)
    assert before.copy(other) == after.copy(other)


def test_new_size_or_colours_draw_everything() -> None:
    image, grid = PaletteImage(), cells(3)
    image.draw(grid, blend(3), PaletteGeometry.fit(3, 3, 300, 300, 1.0))
    assert len(image.draw(grid, blend(3), PaletteGeometry.fit(3, 3, 200, 200, 1.0))) == 9
    assert len(image.draw(grid, blend(3) * 0.9, PaletteGeometry.fit(3, 3, 200, 200, 1.0))) == 9


def test_geometry_fits_every_grid_into_every_size() -> None:
    for count in (3, 4, 11, 33):
        for side in (120, 333, 540, 1999):
            geometry = PaletteGeometry.fit(count, count, side, side + 7, 2.0)
            boxes = [geometry.cell_rect(i, i) for i in range(count)]
            assert (boxes[0].left(), boxes[-1].right(), boxes[-1].bottom()) == (0, side - 1, side - 1)
            widths = {box.width() for box in boxes}
            assert max(widths) - min(widths) <= 1
            gaps = {two.left() - one.right() - 1 for one, two in pairwise(boxes)}
            assert gaps == {geometry.gap}
