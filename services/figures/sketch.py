"""A sketch of where cases come from: coarse cells, none that a few people could be told from."""

from collections.abc import Mapping

import numpy as np

from services.figures.facts import ROW
from services.figures.values import FEWEST, Cell, Sketch

MOST = 32  # cells side by side; where cases lie farther apart, cells are put together


def of(cells: Mapping[int, int], arrived: int) -> Sketch:
    """The sketch of counts by cell, for so many cases in all."""
    positioned = sum(cells.values())
    shown = _put_together(cells)
    kept = {where: count for where, count in shown.items() if count >= FEWEST}
    hidden = positioned - sum(kept.values())
    unknown = arrived - positioned
    if not kept:
        return Sketch(0, 0, (), hidden, unknown)
    rows, columns = [where[0] for where in kept], [where[1] for where in kept]
    north, west = max(rows), min(columns)
    found = [Cell(north - row, column - west, count) for (row, column), count in kept.items()]
    found.sort(key=lambda cell: (cell.row, cell.column))
    height, width = north - min(rows) + 1, max(columns) - west + 1
    return Sketch(height, width, tuple(found), hidden, unknown)


def _put_together(cells: Mapping[int, int]) -> dict[tuple[int, int], int]:
    """Counts by row and column, of cells so large that few enough lie side by side."""
    if not cells:
        return {}
    rows, columns = np.divmod(np.fromiter(cells, np.int64, len(cells)), ROW)
    size = -(-(max(np.ptp(rows), np.ptp(columns)) + 1) // MOST)
    larger = rows // size * ROW + columns // size
    found, which = np.unique(larger, return_inverse=True)
    counts = np.zeros(len(found), np.int64)
    np.add.at(counts, which, np.fromiter(cells.values(), np.int64, len(cells)))
    both = zip(found.tolist(), counts.tolist(), strict=True)
    return {divmod(cell, ROW): count for cell, count in both}
