"""The command as a process: help, exit codes, interruptions, and what it does not import."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from blender_app import cli, cli_machine
from blender_app.cli_parser import build_parser
from blender_app.core.drums import DrumLoop
from blender_app.core.errors import FontError, PortError
from blender_app.core.melody_presets import BASS_PRESETS, MELODY_PRESETS
from blender_app.core.scales import Key
from blender_app.core.smf import read_drum_loop, read_melody_loop, read_midi, write_midi
from blender_app.session.files import save_session
from blender_app.session.session import Session

COMMANDS = ("palette", "morph", "sample", "render", "ports", "doctor", "prepare", "train", "evaluate")


def loopweave(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "blender_app", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload,no-any-return]


def test_help_lists_all_commands_and_examples(repository: Path) -> None:
    done = loopweave("--help", cwd=repository)
    assert done.returncode == 0
    assert done.stderr == ""
    for command in COMMANDS:
        assert f"  {command} " in done.stdout or f"  {command}\n" in done.stdout
    assert "examples:" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args([command, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert text.startswith(f"usage: loopweave {command}")
    if command not in ("ports", "doctor"):
        assert f"  loopweave {command} " in text.split("example", 1)[1]
    assert all(len(line) <= 100 for line in text.splitlines())


def test_the_examples_in_the_help_are_right(capsys: pytest.CaptureFixture[str]) -> None:
    parser = build_parser()
    for command in ("", *COMMANDS):
        with pytest.raises(SystemExit):
            parser.parse_args([command, "--help"] if command else ["--help"])
        for line in capsys.readouterr().out.splitlines():
            if line.startswith("  loopweave "):
                example = line.strip().split("   ")[0]  # what follows explains it
                words = shlex.split(example.replace("*.mid", "1 2 3 4"))[1:]
                if words and not words[0].endswith(".blend.json"):
                    assert parser.parse_args(words).run


def test_help_imports_nothing_heavy(repository: Path) -> None:
    program = (
        "import sys, blender_app.cli as cli\n"
        "try:\n    cli.main(['palette', '--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}\n"
        "      & {'torch', 'PySide6', 'numpy', 'symusic', 'fluidsynth', 'mido', 'rtmidi'}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=repository,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_rendering_imports_neither_torch_nor_qt(
    repository: Path, midi_file: Callable[[str, DrumLoop], Path], tmp_path: Path
) -> None:
    beat = midi_file("a.mid", DrumLoop.empty().with_hit(0, 0, 100))
    program = (
        "import sys, blender_app.cli as cli\n"
        f"assert cli.main(['render', {str(beat)!r}, '--out', {str(tmp_path / 'a.wav')!r}]) == 0\n"
        "assert not {'torch', 'PySide6'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=repository)
    assert (tmp_path / "a.wav").stat().st_size > 44100


def test_errors_go_to_stderr(repository: Path) -> None:
    done = loopweave("render", "none.mid", "--out", "none.wav", cwd=repository)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "loopweave: There is no file none.mid.\n")


@pytest.mark.parametrize("command", ["doctor", "--help"])
def test_a_reader_that_goes_away_is_no_error(repository: Path, command: str) -> None:
    """As in `loopweave doctor | true`: the pipe is closed before anything is written to it."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        done = subprocess.run(
            [sys.executable, "-m", "blender_app", command],
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            cwd=repository,
            check=False,
        )
    assert done.returncode in (0, cli.NOBODY_READS)  # argparse itself may look over it
    assert done.stderr == ""


def test_ctrl_c_ends_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(_options: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(cli_machine, "ports", interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
    try:
        assert cli.main(["ports"]) == 130
    finally:
        signal.signal(signal.SIGINT, before)
    assert capsys.readouterr().err == "loopweave: interrupted\n"


def test_the_window_gets_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path | None] = []

    def open_window(options: object) -> int:
        opened.append(getattr(options, "session", None))
        return 7

    monkeypatch.setattr(cli, "open_window", open_window)
    calls = ([], ["a.blend.json"], ["window"], ["window", "b.json"])
    assert [cli.main(arguments) for arguments in calls] == [7] * 4
    assert opened == [None, Path("a.blend.json"), None, Path("b.json")]


def test_ports_lists_names_or_says_why_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class System:
        api_name = "JACK"
        ports: tuple[str, ...] = ("synth:in", "daw:in 2")
        closed = 0

        def names(self) -> tuple[str, ...]:
            return self.ports

        def close(self) -> None:
            System.closed += 1

    monkeypatch.setattr(cli_machine, "MidiSystem", System)
    assert cli.main(["ports"]) == 0
    assert capsys.readouterr().out == "synth:in\ndaw:in 2\n"
    System.ports = ()
    assert cli.main(["ports"]) == 0
    assert "JACK has no MIDI ports now" in capsys.readouterr().out
    assert System.closed == 2

    def missing() -> None:
        raise PortError("There is no MIDI system here.")

    monkeypatch.setattr(cli_machine, "MidiSystem", missing)
    assert cli.main(["ports"]) == 2
    assert capsys.readouterr().err == "loopweave: There is no MIDI system here.\n"


def test_the_doctor_finds_all_that_is_needed_here(repository: Path) -> None:
    done = loopweave("doctor", cwd=repository)
    assert done.returncode == 0, done.stdout
    assert "All that Loopweave needs is there." in done.stdout
    for part in ("packages", "model", "FluidSynth", "font", "audio", "MIDI", "window"):
        assert f" {part} " in done.stdout


def test_the_doctor_ends_with_1_and_says_what_to_type(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_font() -> Path:
        raise FontError("The SoundFont is missing.")

    monkeypatch.setattr(cli_machine, "default_font", no_font)
    monkeypatch.setattr(cli_machine, "models_dir", lambda: tmp_path)
    monkeypatch.setattr(cli_machine, "_NEEDED", ("numpy", "no-such-package"))
    monkeypatch.setattr(cli_machine, "_WINDOW_PROGRAM", "raise SystemExit('libEGL.so.1: cannot open')")
    assert cli.main(["doctor"]) == 1
    text = capsys.readouterr().out
    assert "MISSING packages      no-such-package" in text
    assert "pip install no-such-package" in text
    assert "there is no drums-2bar and no melody-2bar in" in text
    assert "loopweave train" in text
    assert "The SoundFont is missing." in text
    assert "Qt does not start: libEGL.so.1: cannot open" in text
    assert "apt install" in text
    assert "cannot do without what is missing (4)" in text


def test_the_doctor_starts_no_python_from_a_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(cli_machine, "subprocess", None)
    found = {finding.part: finding for finding in cli_machine.examine()}
    assert found["window"].text == "Qt is inside the bundle"
    assert found["packages"].state is cli_machine.State.GOOD


def test_the_shipped_model_from_sample_to_sound(repository: Path, tmp_path: Path) -> None:
    """The README's way: sample four corners, blend them, and go from one to another."""
    out = tmp_path / "corners"
    assert loopweave("sample", "-n", 4, "--seed", 1, "--out", out, cwd=repository).returncode == 0
    corners = sorted(out.iterdir())
    loops = [read_drum_loop(path) for path in corners]
    assert all(loop.hit_count > 4 for loop in loops)
    again = tmp_path / "again"
    assert loopweave("sample", "-n", 4, "--seed", 1, "--out", again, cwd=repository).returncode == 0
    assert [path.read_bytes() for path in sorted(again.iterdir())] == [path.read_bytes() for path in corners]
    done = loopweave("palette", *corners, "--rows", 3, "--cols", 5, "--out", tmp_path / "p", cwd=repository)
    assert done.returncode == 0, done.stderr
    grid = read_midi(tmp_path / "p" / "grid.mid")
    assert len(grid.markers) == 15
    for loop, (row, column) in zip(loops, ((1, 1), (1, 5), (3, 1), (3, 5)), strict=True):
        assert read_drum_loop(tmp_path / "p" / f"row-0{row}-column-0{column}.mid") == loop
    way = tmp_path / "way.mid"
    done = loopweave("morph", *corners[:2], "--out", way, cwd=repository)
    assert done.returncode == 0, done.stderr
    assert [name for _, name in read_midi(way).markers] == [f"{number} of 7" for number in range(1, 8)]
    assert [read_drum_loop(way, bar) for bar in (1, 13)] == loops[:2]


def test_the_shipped_melody_model_from_sample_to_sound(repository: Path, tmp_path: Path) -> None:
    """Basslines in a key, and the way from a bassline to a melody, both read again as they were."""
    lines = tmp_path / "lines"
    options = ("--kind", "bass", "--key", "A minor", "-n", 2, "--seed", 1, "--out", lines)
    assert loopweave("sample", *options, cwd=repository).returncode == 0
    for path in lines.iterdir():
        pitches = [note.pitch for note in read_melody_loop(path).to_notes()]
        assert {pitch % 12 for pitch in pitches} <= Key.parse("A minor").pitch_classes
        assert 24 <= sum(pitches) / len(pitches) <= 56
    bass, tune = BASS_PRESETS[0].loop, MELODY_PRESETS[0].loop
    for name, loop in (("bass", bass), ("tune", tune)):
        write_midi(tmp_path / f"{name}.mid", loop)
    way = tmp_path / "way.mid"
    done = loopweave("morph", tmp_path / "bass.mid", tmp_path / "tune.mid", "--out", way, cwd=repository)
    assert done.returncode == 0, done.stderr
    read = [read_melody_loop(way, bar) for bar in range(1, 15, 2)]
    assert read[0].events.tolist() == bass.events.tolist()
    assert read[-1].events.tolist() == tune.events.tolist()
    assert len({loop.events.tobytes() for loop in read}) > 3
    save_session(tmp_path / "band.blend.json", Session())
    done = loopweave("render", tmp_path / "band.blend.json", "--out", tmp_path / "band.wav", cwd=repository)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("band.wav: 6.36 s\n")
