"""What is listened to blind: pairs of loops, ways between them, and names that do not tell which is which."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blender_app.core.drums import DrumLoop
from blender_app.core.errors import FileError
from blender_app.core.files import write_atomically
from blender_app.core.kinds import TrackKind
from blender_app.core.melody import MelodyLoop
from blender_app.core.parameters import DEFAULT_WANDER
from blender_app.corpus.prepare import DrumCorpus
from blender_app.corpus.prepare_melody import MelodyCorpus
from blender_app.latent.loop_model import LoopModel
from blender_app.training import augment, augment_melody
from blender_app.training.evaluate_melody import SHIFT
from blender_app.training.halves import reporting_half
from blender_app.training.judge_ways import SHIPPED, WANDERS
from blender_app.training.judging import POINTS
from blender_app.training.ways import UNITS, cross_fade

Loop = DrumLoop | MelodyLoop
PAIRS_HEARD = 12
HEARD = (0, 2, 4, 4, 6, 8)
"""Points, of nine, that a file plays: both ends, so that an ear can tell what belongs to them; the middle
twice, because it is what is judged; and a loop on either side. Twelve bars keep sixty files bearable."""
FADED = "by half bar"
"""The cross-fade that sounds best."""
QUESTIONS = ("music", "belongs")
"""What is rated from 1 to 5: whether it is music, and whether the middle belongs to both ends."""
PLAIN_TEMPO_BPM, DRAWN_TEMPO_BPM = 100.0, 110.0
"""Tempo of performances, whose own is not in a corpus, and of loops that are drawn by chance."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Loops `a` and `b`, where they come from (`origin`), and the `tempo_bpm` of all that is between."""

    a: Loop
    b: Loop
    origin: str
    tempo_bpm: float


def listening_pairs(kind: TrackKind, data: Path | None, seed: int, count: int = PAIRS_HEARD) -> list[Pair]:
    """Return pairs from presets, from unseen performances or songs, and drawn by chance, in turn.

    Parameters
    ----------
    kind
        Of the loops.
    data
        A prepared corpus; without one there are no performances.
    seed
        Decides which.
    count
        How many pairs.
    """
    rng = np.random.default_rng(seed)
    sources = [_preset_pairs(kind, rng), _drawn_pairs(kind, rng)]
    if data is not None:
        sources.insert(1, _unseen_pairs(kind, data, rng))
    return [next(sources[index % len(sources)]) for index in range(count)]


def _preset_pairs(kind: TrackKind, rng: np.random.Generator) -> Iterator[Pair]:
    presets = kind.spec.presets
    order = rng.permutation(len(presets))
    for first, second in zip(order[::2], order[1::2], strict=False):
        a, b = presets[first], presets[second]
        yield Pair(a.loop, b.loop, "presets", round((a.tempo_bpm + b.tempo_bpm) / 2))


def _drawn_pairs(kind: TrackKind, rng: np.random.Generator) -> Iterator[Pair]:
    while True:
        if kind is TrackKind.DRUMS:
            loops: list[Loop] = [DrumLoop.from_hits(hits) for hits in augment.draw(2, rng)]
        else:
            loops = [MelodyLoop.from_events(row - SHIFT) for row in augment_melody.draw(2, rng)]
        yield Pair(loops[0], loops[1], "drawn", DRAWN_TEMPO_BPM)


def _unseen_pairs(kind: TrackKind, data: Path, rng: np.random.Generator) -> Iterator[Pair]:
    loops = _unseen_drums(data) if kind is TrackKind.DRUMS else _unseen_melodies(data, kind)
    order = rng.permutation(len(loops))
    for first, second in zip(order[::2], order[1::2], strict=False):
        yield Pair(loops[first], loops[second], "held-out performances", PLAIN_TEMPO_BPM)


def _unseen_drums(data: Path) -> list[Loop]:
    corpus = DrumCorpus.load(data)
    held = corpus.windows[reporting_half(corpus, corpus.windows.velocity)]
    parts = zip(held.hits, held.velocity, held.microtiming, strict=True)
    return [DrumLoop(*loop) for loop in parts]


def _unseen_melodies(data: Path, kind: TrackKind) -> list[Loop]:
    corpus = MelodyCorpus.load(data)
    chosen = reporting_half(corpus, corpus.events) & (corpus.bass == (kind is TrackKind.BASS))
    return [MelodyLoop.from_events(events) for events in corpus.events[chosen]]


def heard_ways(model: LoopModel[Any, Any], pair: Pair, seed: int) -> dict[str, list[Loop]]:
    """Return the loops that each way between a pair plays, `HEARD` of nine, by the way's name.

    Parameters
    ----------
    model
        Whose way it is.
    pair
        The ends.
    seed
        Decides which half bars of the cross-fade change over first.
    """
    at = np.array(HEARD) / (POINTS - 1)
    places = {SHIPPED: DEFAULT_WANDER, **{f"wander {wander:g}": wander for wander in WANDERS}}
    ways = {
        name: list(model.make_morph(pair.a, pair.b, wander=wander).at(at)) for name, wander in places.items()
    }
    ways["straight line"] = list(model.make_morph(pair.a, pair.b, plain=True).at(at))
    start, end = _arrays(pair.a), _arrays(pair.b)
    faded = cross_fade(start[None], end[None], UNITS[FADED], np.random.default_rng(seed))[:, 0]
    ways[f"cross-fade {FADED}"] = [_loop(pair.a, faded[point]) for point in HEARD]
    return ways


def _arrays(loop: Loop) -> NDArray[np.float64]:
    """Return all that a loop holds, (T, fields, ...), so that what is at a step stays together."""
    content = loop.hits if isinstance(loop, DrumLoop) else loop.events
    return np.stack([content, loop.velocity, loop.microtiming], 1).astype(np.float64)


def _loop(like: Loop, arrays: NDArray[np.float64]) -> Loop:
    content, velocity, microtiming = arrays.swapaxes(0, 1)
    timing = microtiming.astype(np.float32)
    if isinstance(like, DrumLoop):
        return DrumLoop(content > 0, velocity.astype(np.uint8), timing)
    return MelodyLoop(content.astype(np.int16), velocity.astype(np.uint8), timing)


def blind_names(pairs: int, ways: Sequence[str], seed: int) -> list[dict[str, str]]:
    """Return a file's name for each way of each pair, in the order in which they are shown.

    Parameters
    ----------
    pairs
        How many pairs.
    ways
        Names of the ways between each.
    seed
        Decides names and order; neither tells the way.
    """
    rng = np.random.default_rng(seed)
    codes = rng.permutation(0x10000)[: pairs * len(ways)].reshape(pairs, len(ways))
    names = []
    for pair, row in enumerate(codes, 1):
        made = {way: f"pair-{pair:02d}-{code:04x}.wav" for way, code in zip(ways, row, strict=True)}
        names.append(dict(sorted(made.items(), key=lambda item: item[1])))
    return names


def middle_counts(ways: dict[str, list[Loop]]) -> dict[str, tuple[float, float]]:
    """Return the density half-way over the ends' mean, and the share that neither end has, of `ways`."""
    return {name: _counted(loops[0], loops[len(loops) // 2], loops[-1]) for name, loops in ways.items()}


def _counted(a: Loop, middle: Loop, b: Loop) -> tuple[float, float]:
    played = [_played(loop) for loop in (a, middle, b)]
    counts = [len(each) for each in played]
    known = {_what(each) for each in (*played[0], *played[2])}
    new = [each for each in played[1] if _what(each) not in known]
    return 2 * counts[1] / max(counts[0] + counts[2], 1), len(new) / max(counts[1], 1)


def _played(loop: Loop) -> list[tuple[int, int, bool]]:
    """Return a loop's notes as (step, voice or pitch, whether drums)."""
    notes = loop.to_notes()
    return [(n.step, n.pitch if n.voice is None else n.voice, n.voice is not None) for n in notes]


def _what(note: tuple[int, int, bool]) -> tuple[int, int]:
    """Return what makes a note new: a drum's step and voice, a melody's pitch."""
    step, what, drums = note
    return (step if drums else -1, what)


def page(template: str, key: dict[str, Any]) -> str:
    """Return the page on which a folder's files are rated.

    Parameters
    ----------
    template
        HTML with the word FILES where the list of files belongs, and FOLDER where the folder's name does.
    key
        As `write_key` writes it; of it, the page knows the files alone.
    """
    return template.replace('"FILES"', json.dumps(sorted(key["files"]))).replace(
        '"FOLDER"', json.dumps(key["folder"])
    )


def write_key(folder: Path, key: dict[str, Any]) -> None:
    """Write a `folder`'s `key`: of each file its pair, way and figures.

    Raises
    ------
    FileError
        It cannot be written.
    """
    write_atomically(folder / "key.json", json.dumps(key, indent=1).encode())


def score(folder: Path, ratings: Path) -> list[str]:
    """Return a table of the means of what was rated, a row a way, as lines of Markdown.

    Parameters
    ----------
    folder
        Which the ratings are of.
    ratings
        What the page exported, JSON or CSV.

    Raises
    ------
    FileError
        A file is missing or is not what it should be.
    """
    try:
        files = json.loads((folder / "key.json").read_text(encoding="utf-8"))["files"]
        rated = _read_ratings(ratings)
        by_way: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for name, answers in rated.items():
            for question in QUESTIONS:
                if answers.get(question):
                    by_way[files[name]["way"]][question].append(int(answers[question]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileError(f"These ratings cannot be read: {error}.") from error
    lines = ["| way | " + " | ".join(QUESTIONS) + " | rated |", "|---|" + "---|" * (len(QUESTIONS) + 1)]
    for way, answers in sorted(by_way.items()):
        means = [f"{np.mean(answers[q]):.2f}" if answers[q] else "" for q in QUESTIONS]
        lines.append(f"| {way} | " + " | ".join([*means, str(max(map(len, answers.values())))]) + " |")
    return lines


def _read_ratings(path: Path) -> dict[str, dict[str, Any]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix.lower() == ".csv":
        return {row["file"]: dict(row) for row in csv.DictReader(text.splitlines())}
    rated: dict[str, dict[str, Any]] = json.loads(text)
    return rated
