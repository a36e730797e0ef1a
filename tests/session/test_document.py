"""What a session refuses."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_app.engine.messages import VoiceMix
from blender_app.session.document import DrawnPath, MidiSettings, Session, clamp_point, replace_at


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("tempo_bpm", 301.0, "tempo"),
        ("tempo_bpm", math.nan, "tempo"),
        ("tempo_bpm", True, "tempo"),
        ("swing", 0.4, "swing"),
        ("feel", 1.1, "feel"),
        ("volume", -0.1, "volume"),
        ("rows", 2, "rows"),
        ("cols", 34, "columns"),
        ("cols", 5.0, "columns"),
        ("puck", (0.5, 1.5), "puck"),
        ("kit", (0, 128), "program"),
        ("mix", (VoiceMix(),), "mix"),
        ("mix", (VoiceMix(volume=2.0),) * 9, "volume"),
        ("corner_names", ("x" * 500, "", "", ""), "name"),
        ("corners", (), "four corners"),
    ],
)
def test_values_out_of_range_are_refused_by_name(field: str, value: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(Session(), **{field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "values",
    [{"nodes": ()}, {"nodes": ((2.0, 0.0),)}, {"bars": 0}, {"bars": 129}, {"mode": "loop"}],
)
def test_paths_out_of_range_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="path"):
        DrawnPath(**{"nodes": ((0.5, 0.5),), **values})  # type: ignore[arg-type]


@pytest.mark.parametrize("values", [{"channel": 16}, {"note_map": (1,) * 8}, {"note_map": (128,) * 9}])
def test_routing_out_of_range_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"channel|note"):
        MidiSettings(**values)  # type: ignore[arg-type]


@given(st.floats(), st.floats())
def test_any_place_is_brought_onto_the_palette(x: float, y: float) -> None:
    assert all(0.0 <= value <= 1.0 for value in clamp_point(x, y))


@given(st.lists(st.integers(), min_size=1), st.data())
def test_replace_at_changes_one_item(items: list[int], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(items) - 1))
    assert replace_at(tuple(items), index, 7) == (*items[:index], 7, *items[index + 1 :])
