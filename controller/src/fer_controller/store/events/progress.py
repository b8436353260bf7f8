"""How far a stream of events is stored without a hole, and what is stored above the first hole."""

from bisect import bisect_left
from collections.abc import Callable, Iterable


class Progress:
    """One stream: contiguous_seq, and above it the runs of seqs that are stored, as [first, last], ascending.

    Beyond ranges_max runs the highest are dropped from memory, and read back from the store when they are needed.
    """

    def __init__(
        self,
        contiguous_seq: int,
        ranges_max: int,
        stored_above: Callable[[int], Iterable[int]],
        began_after_seq: int = 0,
        runs: Iterable[tuple[int, int]] = (),
    ) -> None:
        self.contiguous_seq = contiguous_seq
        self.began_after_seq = began_after_seq
        self._ranges: list[list[int]] = [list(run) for run in runs]
        self._ranges_max = ranges_max
        self._stored_above = stored_above
        self._forgotten_from: int | None = None

    @property
    def has_more_in_store(self) -> bool:
        """Whether runs that were dropped from memory are needed now."""
        return self._forgotten_from is not None and self._forgotten_from <= self.contiguous_seq + 1

    @property
    def runs(self) -> list[tuple[int, int]]:
        """What is in memory of the runs above the contiguous seq, as (first, last)."""
        return [(first, last) for first, last in self._ranges]

    def recall(self) -> None:
        """Read from the store what lies above the contiguous seq."""
        self._forgotten_from = None
        for seq in self._stored_above(self.contiguous_seq):
            self._insert(seq)
            if self._has_forgotten:
                break
        self._advance()

    def add(self, seq: int) -> bool:
        """Note that a seq is stored; False when it was known."""
        if seq == self.contiguous_seq + 1:
            self.contiguous_seq = seq
            self._advance()
            return True
        return seq > self.contiguous_seq and self._insert(seq)

    def declare_dropped_below(self, oldest_seq: int) -> list[tuple[int, int]]:
        """Everything below oldest_seq was acknowledged or dropped; returns what was never stored as (first, last)."""
        holes = []
        at = self.contiguous_seq + 1
        if oldest_seq <= at:
            return []
        for first, last in self._ranges_below(oldest_seq):
            if first >= oldest_seq:
                break
            if first > at:
                holes.append((at, first - 1))
            at = max(at, last + 1)
        if at < oldest_seq:
            holes.append((at, oldest_seq - 1))
        self.contiguous_seq = oldest_seq - 1
        self._advance()
        return holes

    @property
    def _has_forgotten(self) -> bool:
        return self._forgotten_from is not None

    def _ranges_below(self, seq: int) -> list[list[int]]:
        if self._forgotten_from is not None and self._forgotten_from < seq:
            self._ranges_max, kept = 2**31, self._ranges_max
            self.recall()
            self._ranges_max = kept
        return self._ranges

    def _insert(self, seq: int) -> bool:
        if self._forgotten_from is not None and seq >= self._forgotten_from:
            return True
        at = bisect_left(self._ranges, [seq + 1])
        before = self._ranges[at - 1] if at else None
        if before and before[0] <= seq <= before[1]:
            return False
        joins_after = at < len(self._ranges) and self._ranges[at][0] == seq + 1
        if before and before[1] == seq - 1:
            before[1] = self._ranges.pop(at)[1] if joins_after else seq
        elif joins_after:
            self._ranges[at][0] = seq
        else:
            self._ranges.insert(at, [seq, seq])
            if len(self._ranges) > self._ranges_max:
                self._forgotten_from = self._ranges.pop()[0]
        return True

    def _advance(self) -> None:
        passed = 0
        for first, last in self._ranges:
            if first > self.contiguous_seq + 1:
                break
            self.contiguous_seq = max(self.contiguous_seq, last)
            passed += 1
        del self._ranges[:passed]
