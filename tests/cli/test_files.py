"""palette, interpolate, sample and render, called as main() does, with a small fake of the model."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blender_app.cli import main
from blender_app.core.drums import DrumLoop
from blender_app.core.smf import MidiStyle, read_drum_loop, read_midi, write_midi


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def loop_in(path: Path, bar: int = 0) -> DrumLoop:
    return read_drum_loop(path, bar)


def test_palette_writes_each_cell_and_the_grid(model: Any, corners: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "deep" / "palette"
    assert run("palette", *corners, "--rows", 3, "--cols", 4, "--out", out) == 0
    cells = [f"row-{row:02}-column-{column:02}.mid" for row in (1, 2, 3) for column in (1, 2, 3, 4)]
    assert sorted(file.name for file in out.iterdir()) == sorted([*cells, "grid.mid"])
    assert model.asked["corners"] == [loop_in(path) for path in corners]
    assert model.asked["plain"] is False
    grid = read_midi(out / "grid.mid")
    assert [name for _, name in grid.markers] == [
        f"row {row}, column {column}" for row in (1, 2, 3) for column in (1, 2, 3, 4)
    ]
    assert grid.end_tick == 12 * 3840
    for number, name in enumerate(cells):
        assert loop_in(out / name) == loop_in(out / "grid.mid", bar=2 * number + 1)
    for path, cell in zip(corners, (0, 3, 8, 11), strict=True):
        assert loop_in(path) == loop_in(out / cells[cell])


def test_tempo_is_that_of_the_first_file_unless_told(model: Any, corners: list[Path], tmp_path: Path) -> None:
    for options, tempo in (([], 93), (["--tempo", 140.5], 140.5)):
        assert run("palette", *corners, "--rows", 2, "--cols", 2, "--out", tmp_path / "p", *options) == 0
        assert read_midi(tmp_path / "p" / "grid.mid").tempo_at(0) == pytest.approx(tempo, rel=1e-5)
    assert run("sample", "--out", tmp_path / "s") == 0
    assert read_midi(tmp_path / "s" / "sample-01.mid").tempo_at(0) == 120
    assert model.asked["temperature"] is None


def test_interpolate_keeps_both_ends(model: Any, corners: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "way.mid"
    assert run("interpolate", corners[0], corners[3], "--steps", 5, "--plain", "--out", out) == 0
    assert model.asked == {"plain": True}
    assert [name for _, name in read_midi(out).markers] == [f"{number} of 5" for number in range(1, 6)]
    assert loop_in(out, 1) == loop_in(corners[0])
    assert [loop_in(out, bar).velocity.max() for bar in (3, 5, 7)] == [2, 3, 4]
    assert loop_in(out, 9) == loop_in(corners[3])


def test_sample_is_reproducible_and_tells_its_seed(
    model: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("sample", "-n", 3, "--seed", 7, "--temperature", 0.5, "--out", tmp_path / "a") == 0
    assert model.asked == {"temperature": 0.5, "seed": 7}
    assert [file.name for file in sorted((tmp_path / "a").iterdir())] == [
        "sample-01.mid",
        "sample-02.mid",
        "sample-03.mid",
    ]
    assert loop_in(tmp_path / "a" / "sample-02.mid").velocity.max() == 9
    assert "--seed" not in capsys.readouterr().out
    run("sample", "-n", 1, "--out", tmp_path / "b")
    assert f"--seed {model.asked['seed']})" in capsys.readouterr().out


def test_how_files_are_written(model: Any, tmp_path: Path) -> None:
    def onset(*options: object) -> int:
        assert run("sample", "-n", 1, "--seed", 49, "--out", tmp_path, *options) == 0
        (tick,) = {m.tick for m in read_midi(tmp_path / "sample-01.mid").messages if m.is_note_on}
        return tick

    assert onset() == 360 + 30
    assert onset("--quantize", "--swing", 70) == 360
    assert onset("--swing", 60) == 360 + 30 + 24
    assert onset("--feel", 50) == 360 + 15
    assert loop_in(tmp_path / "sample-01.mid").velocity.max() == 75  # half-way from 50 to 100
    for kit in ("TR-808", "25"):
        onset("--kit", kit)
        assert [m.data1 for m in read_midi(tmp_path / "sample-01.mid").messages if m.status == 0xC9] == [25]


def test_bar_chooses_where_to_read(model: Any, tmp_path: Path, corners: list[Path]) -> None:
    first, second = (DrumLoop.empty().with_hit(step, 0, 90) for step in (4, 8))
    write_midi(tmp_path / "long.mid", [first, second], MidiStyle())
    files = [tmp_path / "long.mid"] * 2
    assert run("interpolate", *files, "--bar", 3, "--steps", 2, "--out", tmp_path / "o.mid") == 0
    assert loop_in(tmp_path / "o.mid") == second


def test_render(tmp_path: Path, corners: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a.wav"
    options = ("--rate", 22050, "--tail", 0.5, "--kit", "room")
    assert run("render", corners[0], "--out", out, *options) == 0
    with wave.open(str(out)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 22050)
        assert file.getnframes() == round((8 * 60 / 93 + 0.5) * 22050)
        assert np.abs(np.frombuffer(file.readframes(22050), "<i2")).max() > 500
    assert "5.66 s" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("palette", "a.mid", "b.mid", "c.mid", "d.mid", "--out", "o"), "There is no file a.mid"),
        (("interpolate", "{tl}", "{broken}", "--out", "o.mid"), "is not a MIDI file"),
        (("interpolate", "{tl}", "{tr}", "--bar", "9", "--out", "o.mid"), "tl.mid has 2 bars"),
        (("interpolate", "{tl}", "{tr}", "--out", "{none}/o.mid"), "does not exist"),
        (("sample", "--out", "{tl}"), "is not a folder"),
        (("sample", "--out", "{new}", "--kit", "spoons"), "no drum kit 'spoons'"),
        (("sample", "--out", "{new}", "--kit", "128"), "no drum kit '128'"),
        (("sample", "--out", "{new}", "--model", "bass"), "There is no model bass"),
        (("render", "{broken}", "--out", "o.wav"), "is not a MIDI file"),
        (("render", "{tl}", "--out", "{none}/o.wav"), "does not exist"),
        (("render", "{tl}", "--out", "o.wav", "--kit", "99"), "has no drum kit 99"),
        (("render", "{tl}", "--out", "o.wav", "--font", "{broken}"), "is not a SoundFont"),
        (("render", "{tl}", "--out", "o.wav", "--font", "{none}"), "does not exist"),
    ],
)  # fmt: skip
def test_errors_are_told_and_end_with_2(
    arguments: tuple[str, ...],
    words: str,
    model: Any,
    corners: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    broken = tmp_path / "broken.mid"
    broken.write_bytes(b"this is not MIDI")
    places = {"tl": corners[0], "tr": corners[1], "broken": broken, "none": "none", "new": "new"}
    assert run(*(argument.format(**places) for argument in arguments)) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("loopweave: ")
    assert words in told.err
    assert not {"o", "o.mid", "o.wav"} & {file.name for file in tmp_path.iterdir()}


@pytest.mark.parametrize(
    "arguments",
    [
        ("palette", "a.mid"),
        ("palette", "a", "b", "c", "d", "--rows", "1", "--out", "o"),
        ("palette", "a", "b", "c", "d", "--rows", "34", "--out", "o"),
        ("interpolate", "a", "b", "--steps", "two", "--out", "o"),
        ("sample", "--tempo", "19.9", "--out", "o"),
        ("sample", "--tempo", "nan", "--out", "o"),
        ("sample", "--swing", "76", "--out", "o"),
        ("sample", "-n", "0", "--out", "o"),
        ("sample", "--seed", "-1", "--out", "o"),
        ("render", "a.mid"),
        ("frobnicate",),
    ],
)
def test_wrong_arguments_end_with_2_and_say_how_it_is_used(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: loopweave" in capsys.readouterr().err
