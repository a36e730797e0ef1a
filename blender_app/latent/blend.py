"""Between loops: a line or a square spanned by two or four of them, in which every place is a loop.

The shipped interpolation is not the straight line's decode. What is played half-way between loops is what
the model's prior makes of half-way: the loops' codes are carried back through its flow to where all that
is real is a normal distribution, mixed there, and carried forward. Between these *keys* and the loops
themselves the decoder keeps to both, half a bar after the other, at a noise level at which it says what is
plausible. Codes of loops are refined until the decoder says the loops, what it still gets wrong fades out
over their neighbourhood, the pace is even in what is heard, and what loops have in common stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from blender_app.core.constraints import NO_CONSTRAINTS, DecodeConstraints
from blender_app.core.errors import ModelError
from blender_app.core.parameters import DEFAULT_WANDER
from blender_app.latent.common import AnchorDynamics, alike
from blender_app.latent.keys import FLOW_STEPS, QUICK_FLOW_STEPS, make_keys, nearest_try
from blender_app.latent.loop_space import LoopSpace, LoopT
from blender_app.latent.places import (
    AT_ANCHOR,
    KEYS,
    anchor_weights,
    axes_of,
    lattice,
    shares_around,
    span_leads,
)

HOLD_MARGIN = 0.5
"""Logit by which the correction at an anchor decides what its code alone gets wrong."""
FADE_FROM = 0.55
"""Weight of a corner below which nothing of its correction is left."""
NEAR = 0.125
"""Weight of all other anchors from which the decoder's noise is at its level between loops."""
LIVELY = 5
"""Places along each axis where onsets are counted."""
REST = 0.05
"""Length added to each piece of an interpolation, in changed steps: stretches without change take time."""

Floats = NDArray[np.floating]


class Blend(Generic[LoopT]):
    """The `space` between two or four loops (anchors), addressed by places; see `latent.places`.

    Parameters
    ----------
    space
        The model's kind of loop and its networks.
    anchors
        The loops; at weight one, a blend is exactly that loop, unless a scale forbids it.
    refined
        Whether the codes are refined by gradient steps first (some tens of milliseconds).
    plain
        The straight line of posterior means at noise 0, without any of the corrections.
    constraints
        What the decoded loops keep to. Where pitches are allowed, only anchors that are user-edited are
        played as they are; without, all are.
    wander
        0 (near: between the anchors, sparse in surprises) to 1 (free: as real as the model's own loops).

    Raises
    ------
    ModelError
        The table of what is allowed has another length than the model's loops, or `wander` is out of range.
    """

    def __init__(
        self,
        space: LoopSpace[LoopT],
        anchors: Sequence[LoopT],
        refined: bool = True,
        plain: bool = False,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
        wander: float = DEFAULT_WANDER,
    ) -> None:
        self.space, self.anchors, self.plain = space, tuple(anchors), plain
        self.settings = space.config.wander.at(wander)
        self.axes = axes_of(len(self.anchors))
        self.allowed = allowed_tensor(constraints, space.config.steps)
        count = len(self.anchors)
        self.kept = (True,) * count
        if self.allowed is not None:
            self.kept = constraints.user_edited or (False,) * count
        content = space.content(anchors)
        with torch.no_grad():
            self.dynamics = space.dynamics_code(anchors, content)
            usual, logvar = space.usual_dynamics(content)
            self.manner = (self.dynamics - usual) * torch.exp(-0.5 * logvar)
        self.anchor_dynamics = AnchorDynamics(*space.dynamics(anchors))
        self.alike = alike(content, self.kept)
        self.different = content[self.alike.argmax(0)]
        self.target_logits = space.target_logits(self.different)
        with torch.no_grad():
            self.codes, logvar = space.encode(self.different)
        self.refined = refined and not plain
        if self.refined:
            self.codes = space.refine(self.different, self.codes, logvar)
        with torch.no_grad():
            margin = space.margin(self.codes, self.different)
        self.correction = (HOLD_MARGIN - margin).clamp(min=0.0) * self.target_logits
        self.accuracy = tuple((self.alike @ (margin > 0).all(-1).float().mean(-1)).tolist())
        self.leads = span_leads(space.config.steps)
        if not plain:
            weights = anchor_weights(lattice(self.axes)) @ self.alike
            with torch.no_grad():
                steps = FLOW_STEPS if refined else QUICK_FLOW_STEPS
                self.keys = make_keys(
                    space, self.different, self.codes, weights, self.settings, self.allowed, steps
                )
                self.lively = self._liveliness()

    @torch.no_grad()
    def content_at(self, places: Floats) -> Tensor:
        """Return the content (N, ...) at `places` (N, axes)."""
        place = torch.as_tensor(places, dtype=torch.float32)
        if self.plain:
            w = anchor_weights(place) @ self.alike
            return self.space.decode(w @ self.codes, w.new_zeros(len(w)), allowed=self.allowed)
        return self._content(place, shares_around(place, None, LIVELY)[0] @ self.lively)

    def _content(self, place: Tensor, more: Tensor) -> Tensor:
        """Return the content at `place` (N, axes), with `more` logits (N,) for every onset."""
        w = anchor_weights(place) @ self.alike
        away = 1.0 - w.max(1).values
        noise = self.settings.between_noise * (away / NEAR).clamp(max=1.0)
        noise = torch.where(away < 1.0 - AT_ANCHOR, 0.0, noise)
        bias = self._bias(place, w)
        if more.any():
            bias += more[:, None, None] * self.space.onset_logits()
        codes = shares_around(place)[0] @ self.keys.codes
        return self.space.decode(codes, noise, bias, self.allowed)

    def _liveliness(self) -> Tensor:
        """Return the logits for every onset, on a lattice, with which there are as many as in the anchors.

        Among four keys that differ the decoder thins out, and most where nobody plays what they play: by
        a tenth to a quarter on a square of drawn loops. On a line it does not (within 2 %), and keys play
        what they play.
        """
        grid = lattice(self.axes, LIVELY)
        lively = torch.zeros(len(grid))
        tries = torch.tensor(self.space.config.lively_logits)
        if self.axes == 1 or len(tries) == 1:
            return lively
        far = ~(grid * (KEYS - 1)).frac().eq(0).all(1)
        place = grid[far]
        wanted = anchor_weights(place) @ self.alike @ self.space.onsets(self.different)
        content = self._content(place.repeat(len(tries), 1), tries.repeat_interleave(len(place)))
        onsets = self.space.onsets(content).view(len(tries), len(place))
        lively[far] = tries[nearest_try(onsets, wanted)]
        return lively

    def _bias(self, place: Tensor, w: Tensor) -> Tensor:
        """Return the logits (N, T, W) that are added at `place` (N, axes), of weights `w` (N, U).

        They correct the decoder near each anchor and keep it to the keys around, each span at its own
        place. All in one product for each span, because (N, T, W) is much to go through for a melody.
        """
        spans = len(self.leads)
        shares = torch.cat([shares_around(place, self.leads), _fade(w).expand(spans, -1, -1)], -1)
        logits = torch.cat([self.settings.key_logits * self.keys.targets, self.correction])
        by_span = logits.view(len(logits), spans, -1).transpose(0, 1)
        bias: Tensor = (shares @ by_span).transpose(0, 1).reshape(len(w), *logits.shape[1:])
        return bias

    @torch.no_grad()
    def at(self, places: Floats) -> list[LoopT]:
        """Return the loops at `places` (N, axes), an anchor where its weight is one."""
        w = anchor_weights(torch.as_tensor(places, dtype=torch.float32))
        content, known = self.content_at(places), None
        if not self.plain:
            content = self._held(content, w)
            known = self.anchor_dynamics.at(w)
        loops = self.space.played(content, self._dynamics_at(w, content), known)
        if not self.plain:
            for point, anchor in np.argwhere(w.numpy() >= AT_ANCHOR):
                if self.kept[anchor]:
                    loops[point] = self.anchors[anchor]
        return loops

    def _dynamics_at(self, w: Tensor, content: Tensor) -> Tensor:
        """Return codes (N, F) of how `content` is played at weights `w` (N, K).

        As such content is usually played, but in the manner of the anchors: as far from the usual as they
        are, or accents would level out half-way.
        """
        if self.plain:
            return w @ self.dynamics
        usual, logvar = self.space.usual_dynamics(content)
        mixed = w @ self.manner
        length = w @ self.manner.norm(dim=1, keepdim=True)
        as_far = mixed * length / mixed.norm(dim=1, keepdim=True).clamp(min=1e-6)
        code: Tensor = usual + torch.exp(0.5 * logvar) * as_far
        return code

    def _held(self, content: Tensor, w: Tensor) -> Tensor:
        """Return `content` (N, T, ...) at weights `w` (N, K), an anchor's where all of the weight is its."""
        whole = (w * torch.tensor(self.kept)) @ self.alike >= AT_ANCHOR
        at_one = whole.any(1).view(-1, *[1] * (content.ndim - 1))
        return torch.where(at_one, self.different[whole.int().argmax(1)], content)

    def even_positions(self, starts: Floats, ends: Floats, points: int) -> NDArray[np.float64]:
        """Return where to be on straight lines between places so that the change is even.

        Parameters
        ----------
        starts, ends
            Places (L, axes) at both ends of each line.
        points
            How many loops of each line are decoded and compared with their neighbours.

        Returns
        -------
        ndarray
            (L, points) positions 0..1 on the lines at evenly spaced musical distances.
        """
        even = np.linspace(0.0, 1.0, points)
        if self.plain:
            return np.tile(even, (len(starts), 1))
        along = even[:, None]
        places = starts[:, None] * (1.0 - along) + ends[:, None] * along
        content = self.content_at(places.reshape(-1, self.axes))
        return self.pace(content.view(len(starts), points, *content.shape[1:]))

    def key_positions(self) -> NDArray[np.float64]:
        """Return, as `even_positions`, where to be between the keys of a square, without decoding anything.

        (2 * KEYS, KEYS): rows from the top, then columns from the left.
        """
        if self.plain:
            return np.tile(np.linspace(0.0, 1.0, KEYS), (2 * KEYS, 1))
        rows = self.keys.content.view(KEYS, KEYS, *self.keys.content.shape[1:])
        return self.pace(torch.cat([rows, rows.transpose(0, 1)]))

    def pace(self, content: Tensor) -> NDArray[np.float64]:
        """Return (L, points) positions of even musical distances on lines of `content` (L, points, ...)."""
        changed = self.space.changed(content[:, 1:], content[:, :-1]).sum(-1).numpy() + REST
        length = np.concatenate([np.zeros((len(changed), 1)), changed.cumsum(1)], 1)
        even = np.linspace(0.0, 1.0, length.shape[1])
        return np.stack([np.interp(even, line / line[-1], even) for line in length])


def _fade(weights: Tensor) -> Tensor:
    return ((weights - FADE_FROM) / (1.0 - FADE_FROM)).clamp(0.0, 1.0)


def allowed_tensor(constraints: DecodeConstraints, steps: int) -> Tensor | None:
    """Return which pitches `constraints` let start at each step, bool (T, 128); None allows all.

    Raises
    ------
    ModelError
        The constraints are for loops of another length than `steps`.
    """
    if constraints.allowed is None:
        return None
    if len(constraints.allowed) != steps:
        raise ModelError(f"what is allowed is ({steps}, 128), not {constraints.allowed.shape}")
    return torch.tensor(constraints.allowed)
