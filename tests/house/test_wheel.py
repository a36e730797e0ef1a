"""A wheel carries models and font and works where there is no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

from blender_app import __version__

pytestmark = [pytest.mark.house, pytest.mark.timeout(400)]

INSIDE = """
import blender_app
from blender_app.core.paths import default_font, models_dir
print(blender_app.__file__, default_font(), models_dir(), sep="\\n")
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command that must succeed, away from the checkout, and return what it prints."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))
    }
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel built from this checkout, with the tools that are installed."""
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", out, repository, cwd=out)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the scripts' folder of a fresh virtual environment that has the wheel.

    What it depends on is lent by this environment: only our own files are on trial.
    """
    home = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", home, cwd=home)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    install = ("-m", "pip", "--python", scripts / "python", "install", "--no-deps", "--no-index", wheel)
    run(sys.executable, *install, cwd=home)
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site_packages = Path(run(scripts / "python", "-c", where, cwd=home).strip())
    (site_packages / "zz_lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return scripts


def test_it_holds_the_font_and_every_model(wheel: Path, repository: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert archive.testzip() is None
    assert {"blender_app/_soundfonts/loopweave.sf2", "blender_app/_soundfonts/LICENSE.txt"} <= names
    models = {
        f"blender_app/_models/{path.relative_to(repository / 'models').as_posix()}"
        for path in (repository / "models").rglob("*")
        if path.is_file()
    }
    assert models <= names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/")) or "__pycache__" in name]
    assert any(name.endswith("licenses/NOTICE") for name in names)


def test_there_is_one_version(wheel: Path, installed: Path, repository: Path, tmp_path: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    assert "version" not in project
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = archive.read(metadata).decode().splitlines()
    assert f"Version: {__version__}" in lines
    assert run(installed / "loopweave", "--version", cwd=tmp_path) == f"Loopweave {__version__}\n"
    assert f"## [{__version__}]" in (repository / "CHANGELOG.md").read_text()


def test_font_and_models_are_found_inside(installed: Path, tmp_path: Path) -> None:
    package, font, models = run(installed / "python", "-c", INSIDE, cwd=tmp_path).splitlines()
    assert Path(package).is_relative_to(installed.parent)
    assert Path(font).is_relative_to(Path(package).parent)
    assert Path(font).stat().st_size > 1_000_000
    assert Path(models).is_relative_to(Path(package).parent)


def test_the_command_works_from_elsewhere(installed: Path, tmp_path: Path) -> None:
    assert "palette" in run(installed / "loopweave", "--help", cwd=tmp_path)
    report = run(installed / "loopweave", "doctor", cwd=tmp_path)
    assert "loopweave.sf2" in report
    assert not list(tmp_path.iterdir())
