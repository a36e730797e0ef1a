"""What is in the repository, and what is not."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from blender_app.core import paths

MACHINE_PATHS = re.compile(rb"/(?:" + rb"work/[a-z.]|home/[a-z]|Users/[a-z]|root/)")


@pytest.fixture(scope="module")
def tracked(repository: Path) -> list[Path]:
    """Return the files under version control."""
    if not shutil.which("git") or not (repository / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "-c", f"safe.directory={repository}", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=repository, capture_output=True, check=True).stdout
    return [repository / name for name in listed.decode().split("\0") if name]


def test_no_file_names_a_place_on_somebodys_machine(tracked: list[Path]) -> None:
    found = [
        f"{path}: {match.group().decode()}"
        for path in tracked
        if path.is_file() and path != Path(__file__) and (match := MACHINE_PATHS.search(path.read_bytes()))
    ]
    assert not found


def test_nothing_is_large_but_font_and_weights(tracked: list[Path]) -> None:
    large = {path.name for path in tracked if path.is_file() and path.stat().st_size > 2_000_000}
    assert large <= {paths.FONT_NAME, "weights.safetensors"}


def test_shipped_folders_are_found_in_a_checkout(repository: Path) -> None:
    assert paths.models_dir() == repository / "models"
    assert paths.default_font() == repository / "soundfonts" / paths.FONT_NAME


def test_a_missing_font_is_an_error_with_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "blender_app")
    with pytest.raises(paths.FontError, match="install Loopweave again"):
        paths.soundfonts_dir()
    with pytest.raises(paths.ModelError, match="install Loopweave again"):
        paths.models_dir()
    (tmp_path / "soundfonts").mkdir()
    with pytest.raises(paths.FontError, match=r"loopweave\.sf2 is missing"):
        paths.default_font()


def test_a_wheels_content_comes_before_a_checkouts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "blender_app")
    (tmp_path / "models").mkdir()
    inside = tmp_path / "blender_app" / "_models"
    inside.mkdir(parents=True)
    assert paths.models_dir() == inside


def test_dependencies_avoid_what_is_known_to_break(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    names = {re.split(r"[<>=;\[ ]", line)[0].lower() for line in project["dependencies"]}
    assert "fluidsynth" not in names, "a dead package that shadows pyfluidsynth"
    assert any(line.startswith("PySide6-Essentials") and "<6.12" in line for line in project["dependencies"])
