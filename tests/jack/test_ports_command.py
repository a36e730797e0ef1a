"""`loopweave ports` and `loopweave doctor` where there are real ports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blender_app.cli import main
from blender_app.cli_machine import examine


def test_the_ports_that_are_there_are_listed(
    jack: Any, listen: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ports"]) == 0
    assert "no MIDI ports now" in capsys.readouterr().out
    listener = listen("synth")
    assert main(["ports"]) == 0
    assert capsys.readouterr().out == f"{listener.port}\n"
    (midi,) = [finding for finding in examine() if finding.part == "MIDI"]
    assert listener.port in midi.text
