"""The guards of tests/conftest.py bite."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

PATIENCE = "GRACE_S = 20.0"
LEAKS = {
    "a thread": """
        import threading
        def test_leak(request):
            end = threading.Event()
            request.config.add_cleanup(end.set)
            threading.Thread(target=end.wait, name="left over").start()
    """,
    "a process": """
        import subprocess
        def test_leak(request):
            process = subprocess.Popen(["sleep", "60"])
            def end():
                process.kill()
                process.wait()
            request.config.add_cleanup(end)
    """,
}


@pytest.fixture
def guarded(pytester: pytest.Pytester, repository: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Return a folder for tests that has our conftest, with less patience."""
    monkeypatch.setenv("PYTHONPATH", str(repository))
    text = (repository / "tests" / "conftest.py").read_text()
    assert PATIENCE in text
    pytester.makeconftest(text.replace(PATIENCE, "GRACE_S = 0.1"))
    return pytester


@pytest.mark.parametrize("what", LEAKS)
def test_a_test_that_leaves_something_running_fails(guarded: pytest.Pytester, what: str) -> None:
    guarded.makepyfile(LEAKS[what])
    result = guarded.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*left running: *"])


def test_a_dialog_fails_instead_of_waiting(guarded: pytest.Pytester) -> None:
    guarded.makepyfile(
        """
        from PySide6.QtWidgets import QMessageBox
        def test_box(qtbot):
            QMessageBox.question(None, "Loopweave", "Really?")
        """
    )
    result = guarded.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*QMessageBox.question() would wait for a person*"])


def test_paths_of_the_user_are_temporary(own_folders: Path) -> None:
    import platformdirs
    from PySide6.QtCore import QSettings, QStandardPaths

    paths = [
        Path.home(),
        platformdirs.user_state_path("loopweave"),
        platformdirs.user_cache_path("loopweave"),
        Path(QSettings("loopweave", "loopweave").fileName()),
        Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)),
    ]
    assert all(path.is_relative_to(own_folders) for path in paths), paths
