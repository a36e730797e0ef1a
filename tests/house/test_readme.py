"""What the README shows works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from blender_app.cli_parser import build_parser
from blender_app.core.drums import VOICE_COUNT
from blender_app.core.melody_presets import BASS_PRESETS, MELODY_PRESETS
from blender_app.core.presets import PRESETS
from blender_app.core.time import DEFAULT_STEPS


@pytest.fixture
def blocks(repository: Path) -> list[tuple[str, str]]:
    """Return language and text of the README's blocks of code."""
    return re.findall(r"```(\w+)\n(.*?)```", (repository / "README.md").read_text(), re.DOTALL)


def test_every_command_is_understood(blocks: list[tuple[str, str]]) -> None:
    parser, seen = build_parser(), set()
    for language, text in blocks:
        for line in text.splitlines() if language == "sh" else ():
            words = shlex.split(line, comments=True)
            assert words[0] == "./loopweave"
            if words[1:2] not in ([], ["test"]):  # the script's own
                parser.parse_args(words[1:])
                seen.add(words[1])
    assert {"palette", "morph", "sample", "render", "ports", "doctor", "train"} <= seen


def test_the_python_example_runs(blocks: list[tuple[str, str]]) -> None:
    (example,) = (text for language, text in blocks if language == "python")
    loops = np.stack([preset.loop.hits for preset in PRESETS[:4]])
    bassline, melody = BASS_PRESETS[0].loop.events, MELODY_PRESETS[0].loop.events
    names = {"loops": loops, "corners": loops, "a": loops[0], "b": loops[1]}
    names |= {"bassline": bassline, "melody": melody}
    exec(example, names)  # our own README
    shape = (DEFAULT_STEPS, VOICE_COUNT)
    assert len(names["z"]) == 4
    assert names["again"].shape == (4, *shape)
    assert names["beats"].shape == (8, *shape)
    assert names["between"].shape == (9, *shape)
    assert names["palette"].shape == (11, 11, *shape)
    np.testing.assert_array_equal(names["palette"][0, 0], loops[0])
    for way in ("way", "in_key"):
        assert names[way].shape == (9, DEFAULT_STEPS)
    np.testing.assert_array_equal(names["way"][[0, -1]], [bassline, melody])
    pitches = names["in_key"][names["in_key"] >= 0]
    assert {int(pitch) % 12 for pitch in pitches} <= {0, 2, 4, 5, 7, 9, 11}
    assert names["songs"].shape == (8, DEFAULT_STEPS)


def test_what_it_points_to_is_there(repository: Path) -> None:
    text = (repository / "README.md").read_text()
    targets = {target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target}
    benchmarks = {f"benchmarks/{name}.py" for name in re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)}
    assert benchmarks
    missing = {name for name in targets | benchmarks if not (repository / name).exists()}
    assert not missing
