"""What a decoded loop must keep to, as one value that every model takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class DecodeConstraints:
    """What decoded loops keep to; the default is nothing.

    A model takes what it has a use for: drums have neither pitches nor a register.

    Parameters
    ----------
    allowed
        Pitches that may start at each step, bool (T, 128); all others lose their chance in the decoder
        to these. None allows all. It is copied and cannot be changed afterwards.
    user_edited
        For each loop that is blended, whether it is played as it is, whatever is allowed; () is none.
    register
        Lowest and highest mean pitch of a new loop, each 0-127: (28, 52) gives bass lines. None is any.

    Raises
    ------
    ValueError
        `allowed` is no table of steps and 128 pitches, or the register's ends are the wrong way round.
    """

    allowed: NDArray[np.bool_] | None = None
    user_edited: tuple[bool, ...] = ()
    register: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.allowed is not None:
            allowed = np.array(self.allowed, np.bool_)
            if allowed.ndim != 2 or allowed.shape[1] != 128:
                raise ValueError(f"what is allowed is (steps, 128), not {allowed.shape}")
            allowed.setflags(write=False)
            object.__setattr__(self, "allowed", allowed)
        object.__setattr__(self, "user_edited", tuple(self.user_edited))
        if self.register is not None and self.register[0] > self.register[1]:
            raise ValueError(f"a register goes from low to high, not {self.register}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DecodeConstraints) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        allowed = None if self.allowed is None else (self.allowed.shape, self.allowed.tobytes())
        return allowed, self.user_edited, self.register


NO_CONSTRAINTS = DecodeConstraints()
