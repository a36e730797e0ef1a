"""What decoded loops keep to, as a value."""

from __future__ import annotations

import numpy as np
import pytest

from blender_app.core.constraints import NO_CONSTRAINTS, DecodeConstraints


def test_equal_constraints_are_one_value() -> None:
    white = np.zeros((32, 128), np.bool_)
    white[:, ::2] = True
    one, other = (DecodeConstraints(white, (True, False), (28, 52)) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert len({one, other, NO_CONSTRAINTS, DecodeConstraints()}) == 2
    assert one != DecodeConstraints(~white, (True, False), (28, 52))
    assert one != DecodeConstraints(white, (True, True), (28, 52))
    assert one != DecodeConstraints(white, (True, False), (28, 53))
    assert one != "something else"
    assert DecodeConstraints(white[:16]) != DecodeConstraints(white)


def test_what_is_allowed_stays_as_it_was() -> None:
    allowed = np.ones((32, 128), np.bool_)
    constraints = DecodeConstraints(allowed, [True, False])
    allowed[:] = False
    assert constraints.allowed.all()
    assert constraints.user_edited == (True, False)
    with pytest.raises(ValueError, match="read-only"):
        constraints.allowed[0, 0] = False


def test_what_makes_no_sense_is_refused() -> None:
    for shape in ((128,), (32, 127), (2, 32, 128)):
        with pytest.raises(ValueError, match=r"\(steps, 128\)"):
            DecodeConstraints(np.ones(shape, np.bool_))
    with pytest.raises(ValueError, match="from low to high"):
        DecodeConstraints(register=(53, 52))
    assert DecodeConstraints(register=(53, 53)).register == (53, 53)
