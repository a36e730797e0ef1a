"""Which side of the split each window is on, and which folder it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Split:
    """Where N windows belong.

    Parameters
    ----------
    validation
        Whether a window is held back; bool, shape (N,).
    source, source_names
        Index of its folder, shape (N,), and the folders' names.
    """

    validation: NDArray[np.bool_]
    source: NDArray[np.int64]
    source_names: tuple[str, ...]

    def chosen(self, validation: bool, sources: Iterable[str] | None = None) -> NDArray[np.bool_]:
        """Return which windows are of one side, (N,).

        Parameters
        ----------
        validation
            Which side.
        sources
            Names of those to take; None is all.
        """
        mask: NDArray[np.bool_] = self.validation == validation
        if sources is not None:
            wanted = [self.source_names.index(name) for name in sources if name in self.source_names]
            mask &= np.isin(self.source, wanted)
        return mask

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return what is saved."""
        return {
            "validation": self.validation,
            "source": self.source,
            "source_names": np.array(self.source_names),
        }


def split_fields(
    data: Mapping[str, NDArray[Any]],
) -> tuple[NDArray[np.bool_], NDArray[np.int64], tuple[str, ...]]:
    """Return a split's fields from `data`, what `Split.to_arrays` gave."""
    names = tuple(str(name) for name in data["source_names"])
    return data["validation"].astype(np.bool_), data["source"].astype(np.int64), names
