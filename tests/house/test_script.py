"""The script ./loopweave, in a folder where every tool it calls is ours or missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell script")

TOOLS = ("basename", "cat", "cksum", "dirname", "env", "ls", "mkdir", "readlink", "rm", "sh")
LIBRARIES = "libfluidsynth.so.3 libEGL.so.1 libGL.so.1 libX11-xcb.so.1 libdbus-1.so.3 libfontconfig.so.1 \
libxkbcommon.so.0 libxkbcommon-x11.so.0 libxcb-cursor.so.0 libxcb-icccm.so.4 libxcb-image.so.0 \
libxcb-keysyms.so.1 libxcb-randr.so.0 libxcb-render-util.so.0 libxcb-shape.so.0 libxcb-xkb.so.1 \
libwayland-client.so.0 libwayland-cursor.so.0 "
STARTED = 'echo "started in $PWD with $# arguments: $*, $QT_QPA_PLATFORM"'


@dataclass(frozen=True)
class Clone:
    """A clone with a virtual environment and a PATH of its own, and a log of what was called."""

    root: Path
    bin: Path
    log: Path

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    def tool(self, name: str, body: str, folder: Path | None = None) -> None:
        """Put a command of ours into the PATH (or `folder`) that logs its arguments first."""
        path = (folder or self.bin) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self.log}"\n{body}\n')
        path.chmod(0o755)

    def run(
        self, *arguments: str, file: Path | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Start the script with a bare environment, from another folder."""
        elsewhere = self.root.parent / "else where"
        elsewhere.mkdir(exist_ok=True)
        return subprocess.run(
            [str(file or self.root / "loopweave"), *arguments],
            cwd=elsewhere,
            env={"PATH": str(self.bin), "HOME": str(elsewhere), **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def install(self) -> None:
        """Make a virtual environment whose python only logs, and knows every package but PyTorch."""
        self.tool(
            "python",
            "case $* in *\"version('torch')\"*) exit 1 ;; esac; exit 0",
            self.venv / "bin",
        )
        self.tool("loopweave", STARTED, self.venv / "bin")


@pytest.fixture
def clone(tmp_path: Path, repository: Path) -> Clone:
    """Return a clone as it is after `git clone`, on a Linux machine where nothing is missing."""
    clone = Clone(tmp_path / "a clone", tmp_path / "bin", tmp_path / "log")
    clone.root.mkdir()
    clone.bin.mkdir()
    for name in ("loopweave", "pyproject.toml"):
        shutil.copy(repository / name, clone.root / name)
    for name in TOOLS:
        found = shutil.which(name)
        assert found, name
        (clone.bin / name).symlink_to(found)
    clone.tool("uname", "echo Linux")
    clone.tool("id", "echo 1000")
    clone.tool("ldconfig", f"printf '\\t%s (libc6) => somewhere\\n' {LIBRARIES}")
    return clone


def test_it_is_shell_without_errors(repository: Path) -> None:
    subprocess.run(["sh", "-n", str(repository / "loopweave")], check=True)
    assert os.access(repository / "loopweave", os.X_OK)
    assert os.access(repository / ".ci" / "run", os.X_OK)


def test_the_first_start_installs_and_the_second_only_starts(clone: Clone) -> None:
    clone.install()
    first = clone.run("render", "a b.mid", QT_QPA_PLATFORM="minimal")
    assert first.returncode == 0, first.stderr
    assert (
        first.stdout
        == f"started in {clone.root.parent / 'else where'} with 2 arguments: render a b.mid, minimal\n"
    )
    assert any(f"install -q -e {clone.root}" in call for call in clone.calls())

    clone.log.unlink()
    second = clone.run("render", "a b.mid", QT_QPA_PLATFORM="minimal")
    assert second.stdout == first.stdout
    assert second.stderr == ""
    assert [call.split()[0] for call in clone.calls()] == ["uname", "ldconfig", "loopweave"]


@pytest.mark.parametrize("changed", ["pyproject.toml", "loopweave"])
def test_a_changed_list_of_packages_installs_again(clone: Clone, changed: str) -> None:
    clone.install()
    clone.run()
    clone.log.unlink()
    with (clone.root / changed).open("a") as file:
        file.write("\n# changed\n")
    assert clone.run().returncode == 0
    assert any("install" in call for call in clone.calls())


def test_pytorch_is_only_ever_asked_for_as_the_cpu_build(clone: Clone) -> None:
    clone.install()
    clone.tool(
        "python",
        "case $* in *\"version('torch')\"* | *'install -q --no-deps torch==2.13.0+cpu'*) exit 1 ;; esac",
        clone.venv / "bin",
    )
    assert clone.run().returncode == 0
    asked = [call for call in clone.calls() if "install" in call]
    assert len(asked) == 3
    assert asked[0].endswith("install -q --no-deps torch==2.13.0+cpu")
    assert "--no-deps" in asked[1]
    assert asked[1].endswith("--index-url https://download.pytorch.org/whl/cpu torch==2.13.0+cpu")
    assert asked[2].endswith(f"-e {clone.root}")


def without_cpu_index(clone: Clone, *, registry: str) -> None:
    """Let pip fail for PyTorch's CPU build; `registry` is what it does for the registry's."""
    clone.tool(
        "python",
        "case $* in *\"version('torch')\"*) exit 1 ;; "
        "*+cpu | *--index-url*) echo 'ERROR: cannot be reached' >&2; exit 1 ;; "
        f"*'install -q torch'*) {registry} ;; esac",
        clone.venv / "bin",
    )


def test_the_registrys_pytorch_is_taken_where_the_cpu_build_cannot_be_fetched(clone: Clone) -> None:
    clone.install()
    without_cpu_index(clone, registry="exit 0")
    result = clone.run("doctor")
    assert result.returncode == 0, result.stderr
    asked = [call.split(" --no-input ")[1] for call in clone.calls() if " install " in call]
    index = "install --no-deps --timeout 20 --retries 1 --index-url https://download.pytorch.org/whl/cpu"
    assert asked == [
        "install -q --no-deps torch==2.13.0+cpu",
        f"{index} torch==2.13.0+cpu",
        f"{index} torch",
        "install -q torch==2.13.0",  # with what it needs: it does not start without CUDA's libraries
        f"install -q -e {clone.root}",
    ]
    (line,) = [line for line in result.stderr.splitlines() if "PyTorch" in line]
    assert "GB" in line
    assert "ERROR" not in result.stderr
    assert "arguments: doctor" in result.stdout


def test_another_pytorch_of_the_registry_will_do(clone: Clone) -> None:
    clone.install()
    without_cpu_index(clone, registry="case $* in *==*) exit 1 ;; esac")
    assert clone.run().returncode == 0
    assert [call.split(" install ")[1] for call in clone.calls() if " install " in call][-2:] == [
        "-q torch",
        f"-q -e {clone.root}",
    ]


def test_without_any_pytorch_it_stops_and_tells_why(clone: Clone) -> None:
    clone.install()
    clone.tool("python", 'case $* in *torch*) echo "no way to $*" >&2; exit 1 ;; esac', clone.venv / "bin")
    result = clone.run()
    assert result.returncode == 1
    assert "PyTorch's CPU build cannot be fetched" in result.stderr
    assert "no way to -m pip" in result.stderr
    assert not any(" -e " in call for call in clone.calls())


def test_it_works_through_links(clone: Clone, tmp_path: Path) -> None:
    clone.install()
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "relative").symlink_to("../a clone/loopweave")
    (tmp_path / "absolute").symlink_to(tmp_path / "links" / "relative")
    result = clone.run("ports", file=tmp_path / "absolute")
    assert "1 arguments: ports" in result.stdout


def test_missing_libraries_are_named_and_it_goes_on(clone: Clone) -> None:
    clone.install()
    clone.tool("ldconfig", f"printf '\\t%s (libc6) => somewhere\\n' {LIBRARIES.replace('libEGL.so.1', '')}")
    clone.tool("apt-get", "")
    result = clone.run("doctor")
    assert "sudo apt-get install --no-install-recommends libegl1" in result.stderr
    assert "arguments: doctor" in result.stdout
    assert not any(call.startswith("apt-get") for call in clone.calls())


@pytest.mark.parametrize(("user", "words"), [("0", []), ("1000", ["sudo"])])
def test_missing_libraries_are_installed_by_root_and_with_sudo(
    clone: Clone, user: str, words: list[str]
) -> None:
    clone.install()
    clone.tool("id", f"echo {user}")
    clone.tool("sudo", '[ "$1" = -n ] && exit 0\n"$@"')
    clone.tool("apt-get", "exit 0")
    clone.tool("ldconfig", "echo nothing")
    result = clone.run("doctor")
    assert result.returncode == 0, result.stderr
    calls = [call for call in clone.calls() if call.startswith("apt-get")]
    assert len(calls) == 1
    assert "install -y -q --no-install-recommends libfluidsynth3 libegl1" in calls[0]
    assert any(call.startswith("sudo env") for call in clone.calls()) is bool(words)
    assert "to install them" not in result.stderr


def test_old_package_lists_are_updated(clone: Clone) -> None:
    clone.install()
    clone.tool("id", "echo 0")
    clone.tool(
        "apt-get",
        f'case $1 in install) [ "$(cat "{clone.log}" | while read -r l; do case $l in *update*) \
echo yes ;; esac; done)" ] ;; esac',
    )
    clone.tool("ldconfig", "echo nothing")
    result = clone.run("doctor")
    assert "to install them" not in result.stderr
    assert [call.split()[1] for call in clone.calls() if call.startswith("apt-get")] == [
        "install",
        "update",
        "install",
    ]


def test_it_leaves_the_system_alone_when_told(clone: Clone) -> None:
    clone.install()
    clone.tool("id", "echo 0")
    clone.tool("apt-get", "exit 0")
    clone.tool("ldconfig", "echo nothing")
    result = clone.run("doctor", LOOPWEAVE_NO_SYSTEM="1")
    assert "to install them, type" in result.stderr
    assert not any(call.startswith("apt-get") for call in clone.calls())


def test_without_python_it_says_what_to_type(clone: Clone) -> None:
    result = clone.run()
    assert result.returncode == 1
    assert "Python 3.11 or later is needed" in result.stderr
    assert "sudo apt-get install python3 python3-venv" in result.stderr


def test_an_old_python_is_no_python(clone: Clone) -> None:
    clone.tool("python3", "case $* in *version_info*) exit 1 ;; esac")
    result = clone.run()
    assert "Python 3.11 or later is needed" in result.stderr
    assert "too new" not in result.stderr


def test_a_python_without_packages_is_named(clone: Clone) -> None:
    clone.tool("python3", "case $* in *'3, 15'*) echo 3.15 ;; *) exit 1 ;; esac")
    result = clone.run()
    assert result.returncode == 1
    assert "Python 3.15 is too new: PySide6 and symusic have no packages for it yet" in result.stderr
    assert "Python 3.11 or later is needed" in result.stderr


def test_without_the_venv_module_it_says_what_to_type(clone: Clone) -> None:
    clone.tool("python3", "case $* in *'print('*) echo 3.11 ;; *ensurepip* | *'venv, pip'*) exit 1 ;; esac")
    result = clone.run()
    assert result.returncode == 1
    assert "sudo apt-get install python3.11-venv" in result.stderr
    assert not clone.venv.exists()


@pytest.mark.parametrize("command", ["test", "lint"])
def test_developers_commands_install_their_tools(clone: Clone, command: str) -> None:
    clone.install()
    for name in ("ruff", "mypy", "lint-imports"):
        clone.tool(name, "", clone.venv / "bin")
    clone.tool("jackd", "")
    result = clone.run(command, "tests/core")
    assert result.returncode == 0, result.stderr
    assert any(call.endswith(f"install -q -e {clone.root}[dev]") for call in clone.calls())
    if command == "test":
        assert clone.calls()[-1] == "python -m pytest --cov --cov-report=term tests/core"
    else:
        assert clone.calls()[-4:] == ["ruff check", "ruff format --check", "mypy ", "lint-imports --no-logo"]


def test_lint_runs_all_and_fails_when_one_does(clone: Clone) -> None:
    clone.install()
    clone.tool("jackd", "")
    for name, result in (("ruff", "exit 1"), ("mypy", ""), ("lint-imports", "")):
        clone.tool(name, result, clone.venv / "bin")
    assert clone.run("lint").returncode == 1
    assert clone.calls()[-1] == "lint-imports --no-logo"


def test_training_gets_what_it_plots_with(clone: Clone) -> None:
    clone.install()
    result = clone.run("train", "drums-2bar", "--data", "loops.npz")
    assert "arguments: train drums-2bar --data loops.npz" in result.stdout
    assert any(call.endswith(f"install -q -e {clone.root}[train]") for call in clone.calls())


@pytest.fixture
def benched(clone: Clone) -> Clone:
    """Return a clone with five benchmarks."""
    clone.install()
    clone.tool("jackd", "")
    (clone.root / "benchmarks").mkdir()
    for name in ("drums.py", "listen.py", "melody.py", "speed.py", "window.py"):
        (clone.root / "benchmarks" / name).touch()
    return clone


def test_all_benchmarks_run_but_those_that_need_loops_or_an_ear(benched: Clone) -> None:
    result = benched.run("bench")
    assert result.returncode == 0, result.stderr
    assert benched.calls()[-2:] == ["python benchmarks/speed.py", "python benchmarks/window.py"]
    assert "./loopweave bench drums FILE" in result.stderr
    assert "./loopweave bench melody FILE" in result.stderr
    assert "./loopweave bench listen FOLDER" in result.stderr


def test_one_benchmark_gets_its_arguments(benched: Clone) -> None:
    benched.run("bench", "drums", "loops.npz")
    assert benched.calls()[-1] == "python benchmarks/drums.py loops.npz"


def test_a_benchmark_that_fails_does_not_stop_the_others(benched: Clone) -> None:
    body = "case $* in *\"version('torch')\"* | *speed.py*) exit 1 ;; esac"
    benched.tool("python", body, benched.venv / "bin")
    assert benched.run("bench").returncode == 1
    assert benched.calls()[-1] == "python benchmarks/window.py"


@pytest.mark.parametrize(("variables", "left_out"), [({}, True), ({"CI": "true"}, False)])
def test_without_jack_only_a_person_may_leave_its_tests_out(
    clone: Clone, variables: dict[str, str], left_out: bool
) -> None:
    clone.install()
    result = clone.run("test", "-x", **variables)
    assert clone.calls()[-1].endswith("-m not jack -x" if left_out else "--cov-report=term -x")
    assert ("they need jackd2" in result.stderr) is left_out
    assert "sudo apt-get install --no-install-recommends jackd2" in result.stderr


def test_without_rtmidi_the_tests_of_ports_are_left_out(clone: Clone) -> None:
    clone.install()
    clone.tool("jackd", "")
    missing = "\"version('torch')\"* | *\"version('python-rtmidi')\"* | *'install -q python-rtmidi'"
    clone.tool("python", f"case $* in *{missing}) exit 1 ;; esac", clone.venv / "bin")
    result = clone.run("test", "-x")
    assert "MIDI ports stay off" in result.stderr
    assert clone.calls()[-1].endswith("-m not jack -x")


@pytest.mark.parametrize(("arguments", "floor"), [((), "-v"), (("tests/core",), "--cov-fail-under=0 -v")])
def test_only_the_whole_suite_has_to_reach_the_floor_of_coverage(
    clone: Clone, arguments: tuple[str, ...], floor: str
) -> None:
    clone.install()
    clone.tool("jackd", "")
    body = 'case $* in *"version(\'torch\')"*) exit 1 ;; *--cov*) echo "$PYTEST_ADDOPTS" ;; esac'
    clone.tool("python", body, clone.venv / "bin")
    assert clone.run("test", *arguments, PYTEST_ADDOPTS="-v").stdout == f"{floor}\n"
