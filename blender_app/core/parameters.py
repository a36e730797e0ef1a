"""The parameters: what can be turned, one row each, from which all else about them is read.

A row stands where its value is kept: as a field of a frozen dataclass, with `real`, `whole` or `flag` for
its default. Checks, setters, number boxes, accessible values, session files, engine messages and the
history's texts come from `parameters_of` that class; a new row needs to be written only where it is heard.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from blender_app.core.checks import check_flag, check_real, check_whole, clamp
from blender_app.core.time import MAX_SWING, MAX_TEMPO_BPM, MIN_TEMPO_BPM, STRAIGHT_SWING

Value = float | int | bool

_ROW = "parameter"
_PERCENT = 100.0

DEFAULT_WANDER = 0.5
"""How far what a model makes between loops goes from them where nobody says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One row of the table.

    Parameters
    ----------
    name
        Of the field that holds the value, in code and in session files.
    kind
        `float`, `int` or `bool`.
    low, high
        Range of the value, ends included.
    default
        What a double click resets it to, and what a file that does not say it means.
    label
        Its name on the screen, and of the edit in the history.
    what
        How messages call it: "a track's gate".
    tip
        What one hears when it is turned, without a full stop.
    unit
        Behind the number on the screen, with a space where one belongs: " %".
    factor
        How many of the numbers on the screen make 1: 100 where a share is shown in percent.
    step
        What a notch of the wheel changes, in numbers on the screen.
    decimals
        Digits behind the point on the screen.
    off_label
        Of a flag: name in the history of the edit that takes it back.
    melodic_only
        Whether drums have no use for it.
    in_panel
        Whether the panel of its track or bar shows it among its number boxes.
    """

    name: str
    kind: type[Value]
    low: float = 0.0
    high: float = 1.0
    default: Value | None = None
    label: str
    what: str
    tip: str = ""
    unit: str = ""
    factor: float = 1.0
    step: float = 1.0
    decimals: int = 0
    off_label: str = ""
    melodic_only: bool = False
    in_panel: bool = False

    def check(self, value: object) -> Value:
        """Return `value` as this parameter keeps it.

        Parameters
        ----------
        value
            What is to be kept.

        Raises
        ------
        ValueError
            It is of another type or out of range; the message says what is allowed.
        """
        if self.kind is bool:
            return check_flag(self.what, value)
        if self.kind is int:
            return check_whole(self.what, value, int(self.low), int(self.high))
        return check_real(self.what, value, self.low, self.high)

    def clamped(self, value: Value) -> Value:
        """Return the allowed value nearest to `value`; what is not a number gives the lowest."""
        if self.kind is bool:
            return bool(value)
        if self.kind is int:
            return round(clamp(value, self.low, self.high))
        return clamp(value, self.low, self.high)

    def edit_label(self, value: Value) -> str:
        """Return how the history calls the edit that sets `value`."""
        return self.off_label if self.off_label and not value else self.label

    def shown(self, value: Value) -> str:
        """Return `value` as the screen shows it and a screen reader says it: "70 %"."""
        if self.kind is bool:
            return "on" if value else "off"
        return f"{value * self.factor:.{self.decimals}f}{self.unit}"


def real(low: float, high: float, default: float, **row: Any) -> Any:  # noqa: ANN401 (as dataclasses.field)
    """Declare a field that is a number from `low` to `high`, at first `default`.

    `row` are other fields of `Parameter`.
    """
    return _declared(float, default, low=low, high=high, **row)


def whole(low: int, high: int, default: int | None = None, **row: Any) -> Any:  # noqa: ANN401
    """Declare a field that is a whole number from `low` to `high`, at first `default`.

    `row` are other fields of `Parameter`.
    """
    return _declared(int, default, low=low, high=high, **row)


def flag(*, default: bool, **row: Any) -> Any:  # noqa: ANN401
    """Declare a field that is true or false, at first `default`; `row` are other fields of `Parameter`."""
    return _declared(bool, default, **row)


def _declared(kind: type[Value], default: Value | None, **row: Any) -> Any:  # noqa: ANN401
    row |= {"kind": kind, "default": default}
    return field(default=MISSING if default is None else default, metadata={_ROW: row})


_tables: dict[type, dict[str, Parameter]] = {}


def parameters_of(owner: type) -> dict[str, Parameter]:
    """Return the rows in the dataclass `owner` and in what it inherits from, by name, in order."""
    if owner not in _tables:
        _tables[owner] = _table(owner)
    return _tables[owner]


def _table(owner: type) -> dict[str, Parameter]:
    rows = {}
    for item in fields(owner):
        if _ROW in item.metadata:
            row = {"label": item.name.capitalize(), "what": f"the {item.name}", **item.metadata[_ROW]}
            rows[item.name] = Parameter(name=item.name, **row)
    return rows


def check_parameters(owner: object) -> None:
    """Check all parameters of a frozen dataclass while it is made, and keep them as their rows say.

    Parameters
    ----------
    owner
        The object, from its `__post_init__`.

    Raises
    ------
    ValueError
        A value is of another type or out of range.
    """
    for name, parameter in parameters_of(type(owner)).items():
        object.__setattr__(owner, name, parameter.check(getattr(owner, name)))


def check_values(owner: object) -> None:
    """Check all parameters of an object, as `check_parameters` does, and leave them as they are.

    Parameters
    ----------
    owner
        The object.

    Raises
    ------
    ValueError
        A value is of another type or out of range.
    """
    for name, parameter in parameters_of(type(owner)).items():
        parameter.check(getattr(owner, name))


def values_of(owner: object, table: type | None = None) -> dict[str, Any]:
    """Return the values of an object's parameters by name, fit to make another such object.

    Parameters
    ----------
    owner
        Whose values.
    table
        The class whose rows are asked for, where the object has more; None asks for all of its own.
    """
    return {name: getattr(owner, name) for name in parameters_of(table or type(owner))}


# -- the table --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class GrooveParameters:
    """How all tracks play together."""

    tempo_bpm: float = real(
        MIN_TEMPO_BPM,
        MAX_TEMPO_BPM,
        110.0,
        label="Tempo",
        what="the tempo in beats per minute",
        tip="Tempo in beats a minute",
        unit=" bpm",
        decimals=1,
        in_panel=True,
    )
    swing: float = real(
        STRAIGHT_SWING,
        MAX_SWING,
        STRAIGHT_SWING,
        tip="Swing: 50 % is straight, 66 % is triplets",
        unit=" %",
        factor=_PERCENT,
        in_panel=True,
    )
    groove_amount: float = real(
        0.0,
        1.0,
        1.0,
        label="Groove",
        what="the groove amount",
        tip="Groove: how much of the pattern's timing and dynamics is played",
        unit=" %",
        factor=_PERCENT,
        step=5.0,
        in_panel=True,
    )


@dataclass(frozen=True, kw_only=True)
class OutputParameters:
    """How all tracks are heard together."""

    volume: float = real(0.0, 1.0, 0.8, tip="How loud all tracks are", unit=" %", factor=_PERCENT)


def band_parameters() -> dict[str, Parameter]:
    """Return what is turned for all tracks at once; the engine is told of each by its name."""
    return {**parameters_of(GrooveParameters), **parameters_of(OutputParameters)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundParameters:
    """How one track sounds, to the ear and in files."""

    gate: float = real(
        0.1,
        1.0,
        1.0,
        what="a track's gate",
        tip="Share of each note's length that sounds",
        unit=" %",
        factor=_PERCENT,
        step=5.0,
        melodic_only=True,
        in_panel=True,
    )
    legato: float = real(
        0.0,
        1.0,
        0.0,
        what="a track's legato",
        tip="How far notes reach to the next one",
        unit=" %",
        factor=_PERCENT,
        step=10.0,
        melodic_only=True,
        in_panel=True,
    )
    pan: float = real(
        -1.0,
        1.0,
        0.0,
        what="a track's pan",
        tip="From the left, -100, to the right, 100",
        factor=_PERCENT,
        step=10.0,
        in_panel=True,
    )
    reverb: float = real(
        0.0,
        1.0,
        0.2,
        what="a track's reverb",
        tip="How much of it the room answers",
        unit=" %",
        factor=_PERCENT,
        step=5.0,
        in_panel=True,
    )
    volume: float = real(
        0.0,
        1.0,
        1.0,
        label="Track volume",
        what="a track's volume",
        tip="How loud the track is",
        unit=" %",
        factor=_PERCENT,
    )
    mute: bool = flag(default=False, off_label="Unmute", what="a track's mute", tip="Silence the track")
    solo: bool = flag(
        default=False,
        off_label="End solo",
        what="a track's solo",
        tip="Let only the tracks that are solo be heard",
    )
