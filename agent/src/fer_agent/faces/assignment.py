"""The cheapest way to give each row a column of its own."""

from typing import List, Tuple

import numpy as np
import numpy.typing as npt

Costs = npt.NDArray[np.float64]


def assigned(costs: Costs, unassigned: float) -> List[Tuple[int, int]]:
    """Pairs of row and column with the lowest sum, where a row that goes without costs so much; inf is never taken.

    The Hungarian method with shortest augmenting paths, a row at a time.
    """
    rows, columns = costs.shape
    if not rows or not columns:
        return []
    alone = np.where(np.eye(rows, dtype=bool), unassigned, _NEVER)
    of_column = _columns_rows(np.concatenate([np.where(np.isfinite(costs), costs, _NEVER), alone], axis=1))
    return [(int(row), column) for column, row in enumerate(of_column[:columns]) if row >= 0]


_NEVER = 1e9


def _columns_rows(costs: Costs) -> npt.NDArray[np.intp]:
    """The row of each column, -1 for none; there are at least as many columns as rows."""
    rows, columns = costs.shape
    of_row, of_column = np.zeros(rows), np.zeros(columns + 1)  # what each row and column is worth
    taken = np.full(columns + 1, -1, np.intp)  # the row that has each column; the last column is the new row's own
    for row in range(rows):
        taken[columns] = row
        column, before = _path(costs, of_row, of_column, taken)
        while column != columns:
            taken[column] = taken[before[column]]
            column = int(before[column])
    return taken[:columns]


def _path(
    costs: Costs, of_row: Costs, of_column: Costs, taken: npt.NDArray[np.intp]
) -> Tuple[int, npt.NDArray[np.intp]]:
    """A free column for the new row, and from which column each was reached; the worths are brought up to date."""
    columns = costs.shape[1]
    nearest, before = np.full(columns, np.inf), np.full(columns, columns, np.intp)
    visited = np.zeros(columns + 1, bool)
    column = columns
    while taken[column] >= 0:
        visited[column] = True
        row = taken[column]
        reached = costs[row] - of_row[row] - of_column[:columns]
        closer = ~visited[:columns] & (reached < nearest)
        nearest[closer], before[closer] = reached[closer], column
        open_to = np.where(visited[:columns], np.inf, nearest)
        following = int(open_to.argmin())
        step = open_to[following]
        of_row[taken[visited]] += step
        of_column[visited] -= step
        nearest[~visited[:columns]] -= step
        column = following
    return column, before
