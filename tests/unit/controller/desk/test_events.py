from itertools import islice
from types import SimpleNamespace
from typing import Any

from controller_messages import a_batch, an_event
from fer_controller.desk.answers import ANSWERS, Context
from fer_controller.desk.events import every, follow, last_id
from fer_controller.operations.events import PAGE
from fer_controller.operations.operation import Answered, Asked, Operation
from fer_controller.store.filter import EventFilter
from fer_controller.store.ingest.memory import MemoryStore


class MemoryDesk:
    """The local desk on events in memory."""

    def __init__(self) -> None:
        self.store = MemoryStore()

    def __enter__(self) -> "MemoryDesk":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def ask(self, operation: "Operation[Asked, Answered]", asked: Asked) -> Answered:
        stores: Any = SimpleNamespace(looking=self.store, looking_at=lambda _selector: self.store)
        return ANSWERS.answer(Context(stores, "tester", "viewer"), operation, asked)


def test_all_events_come_in_pages() -> None:
    desk = MemoryDesk()
    desk.store.write(a_batch(*(an_event(seq) for seq in range(1, PAGE + 3))))
    assert [event.seq for event in every(desk, EventFilter())] == list(range(1, PAGE + 3))


def test_following_continues_where_the_newest_ended() -> None:
    desk = MemoryDesk()
    desk.store.write(a_batch(an_event(1), an_event(2)))
    naps: list[float] = []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        desk.store.write(a_batch(an_event(2 + len(naps))))

    following = follow(desk, EventFilter(), last_id(desk), sleep)
    assert [event.seq for event in islice(following, 3)] == [3, 4, 5]
