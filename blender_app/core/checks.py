"""Checks of single values, with messages that a musician understands, and bringing values into range."""

from __future__ import annotations

import math
import reprlib
from enum import Enum
from typing import TypeVar

Point = tuple[float, float]
"""A place on the palette: x from the left (0) to the right (1), y from the top (0) to the bottom (1)."""

MAX_NAME_LENGTH = 120

_Item = TypeVar("_Item")
_Choice = TypeVar("_Choice", bound=Enum)


def check_whole(what: str, value: object, low: int, high: int) -> int:
    """Return `value` if it is a whole number from `low` to `high`, or raise ValueError about `what`."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{what} is a whole number from {low} to {high}, not {reprlib.repr(value)}")
    return value


def check_real(what: str, value: object, low: float, high: float) -> float:
    """Return `value` if it is a number from `low` to `high`, or raise ValueError about `what`."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ValueError(f"{what} is a number from {low:g} to {high:g}, not {reprlib.repr(value)}")
    return float(value)


def check_flag(what: str, value: object) -> bool:
    """Return `value` if it is true or false, or raise ValueError about `what`."""
    if not isinstance(value, bool):
        raise ValueError(f"{what} is true or false, not {reprlib.repr(value)}")
    return value


def check_text(what: str, value: object, length: int | None = None) -> str:
    """Return `value` if it is a text of at most `length` characters, or raise ValueError about `what`."""
    if not isinstance(value, str):
        raise ValueError(f"{what} is no text")
    if length is not None and len(value) > length:
        raise ValueError(f"{what} has at most {length} characters")
    return value


def check_choice(what: str, value: object, choices: type[_Choice]) -> _Choice:
    """Return the one of `choices` whose value is `value`, or raise ValueError about `what`."""
    try:
        return choices(value)
    except ValueError as error:
        *others, last = [str(choice.value) for choice in choices]
        named = f"{', '.join(others)} or {last}"
        raise ValueError(f"{what} is {named}, not {reprlib.repr(value)}") from error


def check_count(what: str, value: object, count: int) -> tuple[object, ...]:
    """Return `value` if it is a tuple of `count` things, or raise ValueError about `what`."""
    if not isinstance(value, tuple) or len(value) != count:
        given = len(value) if isinstance(value, tuple) else reprlib.repr(value)
        raise ValueError(f"{what} are {count}, not {given}")
    return value


def check_point(what: str, point: Point) -> Point:
    """Return `point` as two floats if it lies on the palette, or raise ValueError about `what`."""
    if len(point) != 2:
        raise ValueError(f"{what} is a point of two numbers, not {reprlib.repr(point)}")
    x, y = point
    return check_real(f"{what}'s x", x, 0.0, 1.0), check_real(f"{what}'s y", y, 0.0, 1.0)


def check_index(what: str, index: int, count: int) -> int:
    """Return `index` if there is such a one among `count`, or raise ValueError about `what`."""
    if not 0 <= index < count:
        raise ValueError(f"{what} {index} does not exist: there are {count}")
    return index


def clamp(value: float, low: float, high: float) -> float:
    """Return the number from `low` to `high` nearest to `value`; not a number gives `low`."""
    return low if math.isnan(value) else min(max(float(value), low), high)


def clamp_point(x: float, y: float) -> Point:
    """Return the place on the palette nearest to (`x`, `y`)."""
    return clamp(x, 0.0, 1.0), clamp(y, 0.0, 1.0)


def replace_at(items: tuple[_Item, ...], index: int, item: _Item) -> tuple[_Item, ...]:
    """Return `items` with `item` at `index`."""
    return (*items[:index], item, *items[index + 1 :])
