"""Places, keys and spans, beside their definitions."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from blender_app.latent.places import (
    KEYS,
    SPREAD,
    anchor_weights,
    axes_of,
    lattice,
    shares_around,
    span_leads,
)


def test_weights_are_linear_on_a_line_and_bilinear_on_a_square() -> None:
    assert anchor_weights(torch.tensor([[0.25]])).tolist() == [[0.75, 0.25]]
    corners = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    assert torch.equal(anchor_weights(corners), torch.eye(4))
    assert anchor_weights(torch.tensor([[0.25, 0.5]])).tolist() == [[0.375, 0.125, 0.375, 0.125]]
    assert (axes_of(2), axes_of(4)) == (1, 2)
    with pytest.raises(ValueError, match="two or four loops, not 3"):
        axes_of(3)


def test_keys_are_anchors_and_middles_row_by_row() -> None:
    assert lattice(1).tolist() == [[0.0], [0.5], [1.0]]
    square = lattice(2).tolist()
    assert square[:4] == [[0.0, 0.0], [0.5, 0.0], [1.0, 0.0], [0.0, 0.5]]
    assert len(square) == KEYS**2


@pytest.mark.parametrize("axes", [1, 2])
def test_shares_are_those_of_the_keys_around(axes: int) -> None:
    places = torch.rand(20, axes, generator=torch.Generator().manual_seed(0))
    even = shares_around(places, torch.zeros(1))[0]
    torch.testing.assert_close(even @ lattice(axes), places)
    assert (even.count_nonzero(1) <= 2**axes).all()
    shares = shares_around(places, span_leads(32))
    torch.testing.assert_close(shares.sum(-1), torch.ones(4, 20))
    keys = shares_around(lattice(axes), span_leads(32))
    torch.testing.assert_close(keys, torch.eye(KEYS**axes).expand(4, -1, -1), atol=1e-6, rtol=0.0)


def test_a_span_that_leads_changes_over_sooner_by_its_log_odds() -> None:
    share = shares_around(torch.tensor([[0.125]]), torch.tensor([1.0, -1.0]))[
        :, 0, 1
    ]  # a quarter of the way to the middle
    odds = 0.25 / 0.75 * np.exp([1.0, -1.0])
    np.testing.assert_allclose(share, odds / (1.0 + odds), rtol=1e-5)


def test_the_same_half_of_all_bars_changes_over_first() -> None:
    first, second, third, fourth = span_leads(32).tolist()
    assert first > third > second > fourth
    assert first - fourth == pytest.approx(SPREAD)
    assert first == -fourth
    long = span_leads(256)
    assert long.shape == (32,)
    assert long[::2].min() > long[1::2].max()
    assert span_leads(16).tolist() == [SPREAD / 2, -SPREAD / 2]
    assert span_leads(8).tolist() == [SPREAD / 2]
    assert len(span_leads(12)) == 3
