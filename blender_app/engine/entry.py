"""Where the engine's process begins.

What only it needs is imported there, and not by the window's process, which shows itself meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from multiprocessing.connection import Connection


def run_engine(connection: Connection, drum_keys: Mapping[int, tuple[int, int]]) -> None:
    """Be the engine's process; parameters as in `blender_app.engine.child.run_engine`."""
    from blender_app.engine import child  # noqa: PLC0415 - by this process alone

    child.run_engine(connection, drum_keys)
