"""What a benchmark prints of ways: the tables, and the plot over the knob."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from blender_app.training.judge_ways import AUC, COST, DENSITY, DRAWS, PAIRS, WANDERS, WayJudge
from blender_app.training.plot import plot_wander

PLACES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
"""Of the knob, in the plot."""


def add_way_options(parser: argparse.ArgumentParser) -> None:
    """Give a benchmark's `parser` what ways can be asked for."""
    parser.add_argument("--ways", action="store_true", help="only the tables of ways")
    parser.add_argument("--degenerate", action="store_true", help="only the table of ways that cheat")
    parser.add_argument("--wander-curve", type=Path, metavar="FILE.png", help="only a plot over the knob")
    parser.add_argument("--tuning", action="store_true", help="ways on the half of unseen loops to tune on")
    parser.add_argument("--draws", type=int, default=DRAWS, help="how often pairs are drawn")
    parser.add_argument("--pairs", type=int, default=PAIRS, help="pairs at each draw; AUCs depend on it")


def only_ways(options: argparse.Namespace) -> bool:
    """Return whether `options` ask for ways alone."""
    return bool(options.ways or options.degenerate or options.wander_curve)


def way_lines(judge: WayJudge, options: argparse.Namespace) -> Iterator[str]:
    """Yield what `options` ask for of a `judge`'s ways, as lines of Markdown."""
    counted = f"{options.draws} draws of {options.pairs} pairs"
    if options.wander_curve:
        table = judge.over_wander(PLACES)
        plot_wander(table, (AUC, judge.new, DENSITY, COST), options.wander_curve)
        yield from ("", f"Over the knob, one draw of {options.pairs} pairs:", "", *table.lines())
    if options.degenerate:
        group = next(iter(judge.groups))
        yield from ("", f"Ways that cheat, between unseen loops of {group}, {counted}:", "")
        yield from judge.degenerate(options.draws).lines(ranges=False)
    if options.ways or not only_ways(options):
        for index, group in enumerate(judge.groups):
            wanders = () if index else WANDERS  # the knob's ends take as long again, each
            yield from ("", f"Ways between unseen loops of {group}, {counted}:", "")
            yield from judge.table(group, options.draws, wanders).lines()
