"""How far streams are stored, as a store says to which several processes write; their memory counts for nothing."""

from collections.abc import Callable, Iterable

from fer_wire import Ack, EmotionEvent

from fer_controller.errors import StoreUnavailable
from fer_controller.ingest.streams import Key
from fer_controller.store.events.records import Gap, Stream


class StoredStreams:
    """What the store said last of each stream; an ack says no more than was committed."""

    def __init__(self, look: Callable[[], Iterable[Stream]]) -> None:
        """Look reads all streams, in the order in which they began."""
        self._look = look
        self._seqs: dict[Key, int] = {}
        self._newest: dict[str, str] = {}
        self.settle(look())

    def refresh(self) -> None:
        """Take up what other processes stored; while the store is busy, all stays as it was."""
        try:
            self.settle(self._look())
        except StoreUnavailable:
            return

    def knows(self, key: Key) -> bool:
        """Whether this stream has begun, as far as this process was told."""
        return key in self._seqs

    def note(self, event: EmotionEvent) -> bool:
        """An event is about to be stored; whether it is new, the store says."""
        return not self.knows((event.device, event.epoch))

    def take_changes(self, _noted_at: str) -> tuple[list[Stream], list[Gap]]:
        """Nothing: the store finds out itself how its events change its streams."""
        return [], []

    def settle(self, streams: Iterable[Stream]) -> None:
        """Take in how far these are stored."""
        for stream in streams:
            key = (stream.device, stream.epoch)
            if key not in self._seqs:
                self._newest[stream.device] = stream.epoch
            self._seqs[key] = stream.contiguous_seq

    def ack(self, key: Key) -> Ack:
        """The ack that says how far a stream is stored."""
        return Ack(device=key[0], epoch=key[1], seq=self._seqs[key])

    def newest(self) -> list[Key]:
        """The stream that each device began last."""
        return list(self._newest.items())

    def newest_of(self, device: str) -> Key:
        """The stream that a device began last."""
        return device, self._newest[device]
