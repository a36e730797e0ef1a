"""Which models are to be loaded, and which cannot be; asked and told from several threads."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable


class ModelNeeds:
    """Names of models that are needed: each is given out once, the first needed first.

    A model that failed is not given out again, however often it is needed, until `retry`.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._waiting: deque[str] = deque()
        self._known: set[str] = set()
        self._failed: set[str] = set()
        self._open = False
        self._closed = False

    def need(self, name: str) -> None:
        """Say that the model called `name` is needed; nothing happens if it was said before."""
        with self._condition:
            if name not in self._known:
                self._known.add(name)
                self._waiting.append(name)
                self._condition.notify()

    def fail(self, name: str) -> None:
        """Say that the model called `name` cannot be loaded."""
        with self._condition:
            self._failed.add(name)

    def has_failed(self, name: str) -> bool:
        """Say whether the model called `name` could not be loaded."""
        with self._condition:
            return name in self._failed

    def retry(self, names: Iterable[str]) -> None:
        """Need those of the models called `names` again that could not be loaded."""
        with self._condition:
            again = [name for name in dict.fromkeys(names) if name in self._failed]
            self._failed.difference_update(again)
            self._waiting.extend(again)
            self._condition.notify()

    def open(self) -> None:
        """Give out names from now on."""
        with self._condition:
            self._open = True
            self._condition.notify()

    def take(self) -> str | None:
        """Wait for the next model to load, and return its name; None once closed."""
        with self._condition:
            while not self._closed and not (self._open and self._waiting):
                self._condition.wait()
            return None if self._closed else self._waiting.popleft()

    def close(self) -> None:
        """End every `take`, now and later."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
