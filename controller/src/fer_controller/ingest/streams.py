"""How far each stream of events is stored without a hole."""

from collections.abc import Callable, Iterable
from typing import Protocol

from fer_wire import Ack, EmotionEvent

from fer_controller.store.events.progress import Progress
from fer_controller.store.events.records import Gap, Stream

Key = tuple[str, str]
SeqsAbove = Callable[[str, str, int], Iterable[int]]


class Acknowledged(Protocol):
    """How far streams are stored, for acks."""

    def refresh(self) -> None:
        """Take up what other processes stored."""

    def knows(self, key: Key) -> bool:
        """Whether this stream has begun."""

    def note(self, event: EmotionEvent) -> bool:
        """Note an event that is about to be stored; False when its seq was known already."""

    def take_changes(self, noted_at: str, /) -> tuple[list[Stream], list[Gap]]:
        """Streams that received events, and gaps that those declared, since the last call."""

    def settle(self, streams: Iterable[Stream]) -> None:
        """Take in how far these streams are stored now."""

    def ack(self, key: Key) -> Ack:
        """The ack that says how far a stream is stored."""

    def newest(self) -> list[Key]:
        """The stream that each device began last."""

    def newest_of(self, device: str) -> Key:
        """The stream that a device began last."""


class Streams:
    """All streams of a store that this process alone writes to, and what changed since the last batch."""

    def __init__(self, known: Iterable[Stream], seqs_above: SeqsAbove, ranges_max: int) -> None:
        self._seqs_above = seqs_above
        self._ranges_max = ranges_max
        self._progress: dict[Key, Progress] = {}
        self._newest: dict[str, str] = {}
        self._changed: dict[Key, None] = {}
        self._gaps: list[tuple[Key, int, int]] = []
        for stream in known:
            self._begin((stream.device, stream.epoch), stream.contiguous_seq, stream.began_after_seq).recall()

    def refresh(self) -> None:
        """Nobody else stores anything."""

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
