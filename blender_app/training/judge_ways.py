"""Judge ways between unseen loops: as shipped, straight, and cross-faded, by four draws of pairs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blender_app.core.parameters import DEFAULT_WANDER
from blender_app.corpus.split import Split
from blender_app.training.halves import reporting_half
from blender_app.training.metrics import (
    Floats,
    NGram,
    Tokens,
    smoothness,
    two_sample_auc,
)
from blender_app.training.middle import Middle
from blender_app.training.table import Table
from blender_app.training.ways import UNITS, Loops, cross_fade, degenerate_ways

DRAWS, PAIRS = 4, 256
"""Fewer pairs are told from training loops less surely: AUCs of other numbers cannot be compared."""
LANGUAGE_LOOPS = 40_000
"""Training loops from which the language model learns at most."""
AUC, DENSITY = "middle: AUC against training loops", "middle: density over the ends'"
COST = "worst relative LM cost"
USUAL_OF = 2000
"""Training loops among which a usual one is looked for."""
REAL = "real loops"
"""Heading of what unseen loops themselves have, for scale."""
SHIPPED = "as shipped"
WANDERS = (0.0, 1.0)
"""Where the knob is put, beside as shipped."""


class Pairs(NamedTuple):
    """Ends `a` and `b` (N, T, ...) of ways, and a `reference`, features of as many training loops."""

    a: Loops
    b: Loops
    reference: Floats


class WayJudge(ABC):
    """Unseen loops, half of which figures are reported on.

    Parameters
    ----------
    loops
        All of a corpus's loops, (N, T, ...).
    split
        Which of them the model has seen.
    groups
        Sets that ends are drawn from, by the group's name; in a group all sets count the same.
    pairs
        Between which ways are judged, at each draw.
    tuning
        Whether the half to tune on is meant instead of the one to report on.
    """

    words: int
    new: str
    musts: ClassVar[dict[str, str]]

    def __init__(
        self,
        loops: Loops,
        split: Split,
        groups: dict[str, Sequence[str]],
        pairs: int,
        tuning: bool,
    ) -> None:
        self.loops, self.split, self.groups, self.pairs = loops, split, groups, pairs
        reported = reporting_half(split, loops)
        self.held = split.validation & ~reported if tuning else reported
        train = np.flatnonzero(~split.validation)
        chosen = np.random.default_rng(0).permutation(train)[:LANGUAGE_LOOPS]
        self.language = NGram(self.tokens(loops[chosen]), words=self.words)

    @abstractmethod
    def tokens(self, loops: Loops) -> Tokens:
        """Return `loops` (..., T, ...) as tokens (..., T)."""

    @abstractmethod
    def features(self, tokens: Tokens) -> Floats:
        """Return the features of `tokens` (N, T)."""

    @abstractmethod
    def middle(self, lines: Tokens, reference: Floats) -> Middle:
        """Return what the middle of `lines` (9, N, T) is; `reference` as in `drum_middle`."""

    @abstractmethod
    def way(self, a: Loops, b: Loops, plain: bool = False, wander: float = DEFAULT_WANDER) -> Loops:
        """Return the model's way from `a` to `b` (N, T, ...).

        Parameters
        ----------
        a, b
            The ends.
        plain
            Whether it is the straight line.
        wander
            Where the knob stands.
        """

    def draw(self, group: str, seed: int) -> Pairs:
        """Return the pairs of a `group` that a `seed` draws."""
        rng = np.random.default_rng(seed)
        held = self._balanced(self.held, self.groups[group], rng, 2 * self.pairs)
        seen = self._balanced(~self.split.validation, self.groups[group], rng, self.pairs)
        reference = self.features(self.tokens(self.loops[seen]))
        return Pairs(self.loops[held[: self.pairs]], self.loops[held[self.pairs :]], reference)

    def _balanced(
        self, mask: NDArray[np.bool_], sets: Sequence[str], rng: np.random.Generator, count: int
    ) -> NDArray[np.int64]:
        """Return indices (count,) of loops where `mask` is set, as many of each set while it has some."""
        names = self.split.source_names
        order = [
            rng.permutation(np.flatnonzero(mask & (self.split.source == names.index(name)))) for name in sets
        ]
        turn = np.concatenate([np.arange(len(part)) + 0.5 * rng.random(len(part)) for part in order])
        chosen = np.concatenate(order)[np.argsort(turn, kind="stable")[:count]]
        if len(chosen) < count:
            raise ValueError(f"{count} loops are wanted, and there are {len(chosen)}")
        return rng.permutation(chosen)

    def ways(
        self, pairs: Pairs, rng: np.random.Generator, wanders: Sequence[float]
    ) -> Iterator[tuple[str, Loops]]:
        """Yield each way between two sides, by its name.

        Parameters
        ----------
        pairs
            The ends.
        rng
            Decides the order in which the pieces of a cross-fade change over.
        wanders
            Where the knob is put, beside as shipped.
        """
        a, b, _ = pairs
        yield SHIPPED, self.way(a, b)
        for wander in wanders:
            yield f"wander {wander:g}", self.way(a, b, wander=wander)
        yield "straight line", self.way(a, b, plain=True)
        for name, unit in UNITS.items():
            yield f"cross-fade {name}", cross_fade(a, b, unit, rng)

    @abstractmethod
    def rulers(self, line: Loops) -> dict[str, float]:
        """Return what a way `line` (9, N, T, ...) keeps, and what its middle is like."""

    @abstractmethod
    def character(self, loops: Loops) -> dict[str, float]:
        """Return what `loops` (N, T, ...) are like."""

    def figures(self, line: Loops, reference: Floats) -> dict[str, float]:
        """Return the figures of a way `line` (9, N, T, ...), by ruler; `reference` as in `drum_middle`."""
        tokens = self.tokens(line)
        middle, even = self.middle(tokens, reference), smoothness(tokens, self.language)
        return {
            AUC: middle.auc,
            DENSITY: middle.density,
            self.new: middle.new,
            "middle: beats copied from an end": middle.copied,
            COST: float(even.relative_cost.max()),
            "largest of 8 steps": even.largest_step,
            "goes back (0 no)": float(even.goes_back),
            "length over the ends' distance": even.length,
            **self.rulers(line),
        }

    def real(self, pairs: Pairs) -> dict[str, float]:
        """Return what the ends of `pairs` themselves have, for scale."""
        auc = [two_sample_auc(self.features(self.tokens(side)), pairs.reference) for side in pairs[:2]]
        return {AUC: float(np.mean(auc)), **self.character(np.concatenate([pairs.a, pairs.b]))}

    def usual(self) -> Loops:
        """Return a loop (T, ...) that is likely wherever it stands.

        Of some training loops with no fewer hits or notes than most, the one that costs least.
        """
        train = np.flatnonzero(~self.split.validation)
        loops = self.loops[np.random.default_rng(0).permutation(train)[:USUAL_OF]]
        tokens = self.tokens(loops)
        count = self.count(tokens)
        cost = np.where(count >= np.median(count), self.language.nats(tokens), np.inf)
        return np.asarray(loops[cost.argmin()])

    @abstractmethod
    def count(self, tokens: Tokens) -> NDArray[np.int64]:
        """Return how many hits or notes each of `tokens` (N, T) has."""

    def table(self, group: str, draws: int = DRAWS, wanders: Sequence[float] = WANDERS) -> Table:
        """Return the table of a `group`'s ways over `draws` of pairs; `wanders` as in `ways`."""
        table = Table(musts=self.musts)
        for seed in range(draws):
            pairs = self.draw(group, seed)
            for name, line in self.ways(pairs, np.random.default_rng(seed), wanders):
                table.add(name, self.figures(line, pairs.reference))
            table.add(REAL, self.real(pairs))
        return table

    def degenerate(self, draws: int = DRAWS) -> Table:
        """Return the table of ways that cheat, beside the way as shipped, over `draws` of pairs."""
        table, usual = Table(musts=self.musts), self.usual()
        for seed in range(draws):
            pairs = self.draw(next(iter(self.groups)), seed)
            line = self.way(pairs.a, pairs.b)
            cheats = degenerate_ways(line, usual, np.random.default_rng(seed))
            for name, way in {SHIPPED: line, **cheats}.items():
                table.add(name, self.figures(way, pairs.reference))
            table.add(REAL, self.real(pairs))
        return table

    def over_wander(self, wanders: Sequence[float], draws: int = 1) -> Table:
        """Return the table of the knob's places `wanders`, over `draws` of pairs."""
        table = Table(musts=self.musts)
        for seed in range(draws):
            pairs = self.draw(next(iter(self.groups)), seed)
            for wander in wanders:
                line = self.way(pairs.a, pairs.b, wander=wander)
                table.add(f"{wander:g}", self.figures(line, pairs.reference))
        return table
