"""How far each stream of events is stored without a hole."""

from bisect import bisect_left
from collections.abc import Callable, Iterable

from fer_wire import Ack, EmotionEvent

from fer_controller.store.events.records import Gap, Stream

Key = tuple[str, str]
SeqsAbove = Callable[[str, str, int], Iterable[int]]


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
    ) -> None:
        self.contiguous_seq = contiguous_seq
        self.began_after_seq = began_after_seq
        self._ranges: list[list[int]] = []
        self._ranges_max = ranges_max
        self._stored_above = stored_above
        self._forgotten_from: int | None = None

    @property
    def has_more_in_store(self) -> bool:
        """Whether runs that were dropped from memory are needed now."""
        return self._forgotten_from is not None and self._forgotten_from <= self.contiguous_seq + 1

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


class Streams:
    """All streams in the store, and what changed since the last batch."""

    def __init__(self, known: Iterable[Stream], seqs_above: SeqsAbove, ranges_max: int) -> None:
        self._seqs_above = seqs_above
        self._ranges_max = ranges_max
        self._progress: dict[Key, Progress] = {}
        self._newest: dict[str, str] = {}
        self._changed: dict[Key, None] = {}
        self._gaps: list[tuple[Key, int, int]] = []
        for stream in known:
            self._begin((stream.device, stream.epoch), stream.contiguous_seq, stream.began_after_seq).recall()

    def knows(self, key: Key) -> bool:
        """Whether this stream has begun."""
        return key in self._progress

    def note(self, event: EmotionEvent) -> bool:
        """Note an event that is about to be stored; False when its seq was known already."""
        key = (event.device, event.epoch)
        oldest_seq = min(event.oldest_seq, event.seq)
        progress = self._progress.get(key)
        if progress is None:
            progress = self._begin(key, oldest_seq - 1, oldest_seq - 1)
        elif oldest_seq > progress.contiguous_seq + 1:
            self._gaps += [(key, first, last) for first, last in progress.declare_dropped_below(oldest_seq)]
        self._changed[key] = None
        return progress.add(event.seq)

    def take_changes(self, noted_at: str) -> tuple[list[Stream], list[Gap]]:
        """Streams that received events, and gaps that those declared, since the last call."""
        changed = ((key, self._progress[key]) for key in self._changed)
        streams = [Stream(*key, progress.contiguous_seq, progress.began_after_seq) for key, progress in changed]
        gaps = [Gap(*key, first, last, noted_at) for key, first, last in self._gaps]
        self._changed.clear()
        self._gaps.clear()
        return streams, gaps

    def settle(self, streams: Iterable[Stream]) -> None:
        """After these streams were stored, read back the runs that they dropped from memory."""
        for stream in streams:
            progress = self._progress[stream.device, stream.epoch]
            if progress.has_more_in_store:
                progress.recall()

    def ack(self, key: Key) -> Ack:
        """The ack that says how far a stream is stored."""
        return Ack(device=key[0], epoch=key[1], seq=self._progress[key].contiguous_seq)

    def newest(self) -> list[Key]:
        """The stream that each device began last."""
        return list(self._newest.items())

    def newest_of(self, device: str) -> Key:
        """The stream that a device began last."""
        return device, self._newest[device]

    def _begin(self, key: Key, contiguous_seq: int, began_after_seq: int) -> Progress:
        def stored_above(seq: int) -> Iterable[int]:
            return self._seqs_above(*key, seq)

        self._progress[key] = progress = Progress(contiguous_seq, self._ranges_max, stored_above, began_after_seq)
        self._newest[key[0]] = key[1]
        return progress
