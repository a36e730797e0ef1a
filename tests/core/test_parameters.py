"""The table of parameters: what a row allows, how it is shown, what it is called in the history."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from blender_app.core.parameters import (
    GrooveParameters,
    SoundParameters,
    check_parameters,
    flag,
    parameters_of,
    real,
    values_of,
    whole,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Toaster:
    heat: float = real(-1.0, 2.0, 0.5, unit=" %", factor=100.0, what="the toaster's heat")
    slices: int = whole(1, 4, 2)
    lit: bool = flag(default=True, label="Light", off_label="No light")
    name: str = "no row"

    def __post_init__(self) -> None:
        check_parameters(self)


def test_rows_stand_in_order_with_their_names() -> None:
    table = parameters_of(Toaster)
    assert list(table) == ["heat", "slices", "lit"]
    assert [row.name for row in table.values()] == ["heat", "slices", "lit"]
    assert [row.default for row in table.values()] == [0.5, 2, True]
    assert table["slices"].label == "Slices"


def test_values_are_kept_in_the_type_of_their_row() -> None:
    heat = Toaster(heat=1).heat
    assert heat == 1.0
    assert isinstance(heat, float)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("heat", 2.01, "the toaster's heat is a number from -1 to 2, not 2.01"),
        ("heat", float("nan"), "the toaster's heat is a number from -1 to 2, not nan"),
        ("heat", True, "the toaster's heat is a number from -1 to 2, not True"),
        ("slices", 0, "the slices is a whole number from 1 to 4, not 0"),
        ("slices", 2.0, "the slices is a whole number from 1 to 4, not 2.0"),
        ("lit", 1, "the lit is true or false, not 1"),
    ],
)
def test_what_is_not_allowed_is_refused(name, value, message) -> None:
    with pytest.raises(ValueError, match="^" + message.replace("(", r"\(") + "$"):
        Toaster(**{name: value})


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("heat", 9, 2.0),
        ("heat", -9, -1.0),
        ("heat", float("nan"), -1.0),
        ("heat", 0.25, 0.25),
        ("slices", 9.7, 4),
        ("slices", 2.6, 3),
        ("slices", 0, 1),
        ("lit", 1, True),
    ],
)
def test_setters_bring_values_into_range(name, value, kept) -> None:
    clamped = parameters_of(Toaster)[name].clamped(value)
    assert clamped == kept
    assert type(clamped) is type(kept)


def test_values_are_shown_with_their_unit() -> None:
    table = parameters_of(Toaster)
    assert table["heat"].shown(0.5) == "50 %"
    assert table["slices"].shown(3) == "3"
    assert table["lit"].shown(value=True) == "on"
    assert parameters_of(GrooveParameters)["tempo_bpm"].shown(92.25) == "92.2 bpm"


def test_the_history_tells_on_from_off() -> None:
    lit = parameters_of(Toaster)["lit"]
    assert (lit.edit_label(value=True), lit.edit_label(value=False)) == ("Light", "No light")
    assert parameters_of(SoundParameters)["gate"].edit_label(0.0) == "Gate"


def test_values_of_a_part_of_the_table() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Oven(Toaster):
        racks: int = whole(0, 3, 1)

    assert values_of(Oven()) == {"heat": 0.5, "slices": 2, "lit": True, "racks": 1}
    assert "racks" not in values_of(Oven(), Toaster)
