"""Whoever follows the fleet shares one look with the others; outages are told once; the slow are dropped."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from fer_controller.desk.board.lines import Line
from fer_controller.desk.sight import Sight
from fer_controller.errors import StoreUnavailable
from fer_controller.http import watches
from fer_controller.http.watches import MOST_WAITING, Listener, Watches

AT = "2026-01-31T12:00:00.000Z"
Looked = Callable[[str, "Sight | None"], Sight]


def a_sight(state: str = "online", new_events: int = 0) -> Sight:
    return Sight(AT, {"nano-01": (Line("nano-01", state, last_seen=AT), ())}, {}, 7, new_events)


class Looks:
    """What is seen one look after the other; the last one stays."""

    def __init__(self, *seen: "Sight | StoreUnavailable") -> None:
        self._seen, self.asked = list(seen), [""][:0]

    def __call__(self, selector: str, _before: "Sight | None") -> Sight:
        self.asked.append(selector)
        found = self._seen.pop(0) if len(self._seen) > 1 else self._seen[0]
        if isinstance(found, StoreUnavailable):
            raise found
        return found


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watches, "EVERY_S", 0.0)


async def heard(listener: Listener, number: int) -> "list[tuple[str, dict[str, Any]]]":
    found = []
    for _ in range(number):
        event, data = (await listener.waiting.get()).decode().splitlines()[:2]
        found.append((event.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def told(look: Looked, number: int) -> "list[tuple[str, dict[str, Any]]]":
    """The first messages to one listener."""

    async def listen() -> "list[tuple[str, dict[str, Any]]]":
        with Watches(look).listening("") as listener:
            return await heard(listener, number)

    return asyncio.run(listen())


def test_first_it_is_told_how_things_stand_and_then_what_changed() -> None:
    messages = told(Looks(a_sight(), a_sight("offline", 3), a_sight("offline")), 3)
    assert [event for event, _ in messages] == ["hello", "devices", "events"]
    assert [each["state"] for each in messages[1][1]["changed"]] == ["offline"]
    assert messages[2][1]["new"] == 3


def test_an_outage_is_told_once_and_that_it_is_over() -> None:
    down = StoreUnavailable("fleet.db is locked.")
    messages = told(Looks(a_sight(), down, down, down, a_sight("offline")), 4)
    assert [event for event, _ in messages] == ["hello", "outage", "outage_over", "devices"]
    assert (messages[1][1]["what"], messages[1][1]["why"]) == ("database", "fleet.db is locked.")


def test_whoever_comes_during_an_outage_is_told_of_it() -> None:
    async def come_late() -> "list[str]":
        watching = Watches(Looks(a_sight(), StoreUnavailable("fleet.db is locked.")))
        with watching.listening("") as first:
            await heard(first, 2)
            with watching.listening("") as late:
                return [event for event, _ in await heard(late, 2)]

    assert asyncio.run(come_late()) == ["hello", "outage"]


def test_all_who_are_given_the_same_share_one_look_and_others_have_their_own() -> None:
    look = Looks(a_sight())

    async def listen() -> None:
        watching = Watches(look)
        with watching.listening("") as one, watching.listening("") as two, watching.listening("site=lab") as lab:
            for listener in (one, two, lab):
                await heard(listener, 1)
            assert len(watching._watches) == 2
        assert not watching._watches

    asyncio.run(listen())
    assert set(look.asked) == {"", "site=lab"}


def test_nothing_is_looked_at_when_nobody_listens_any_more() -> None:
    look = Looks(a_sight())

    async def leave() -> None:
        watching = Watches(look)
        with watching.listening("") as listener:
            await heard(listener, 1)
        await asyncio.sleep(0)
        looks = len(look.asked)
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(look.asked) <= looks + 1

    asyncio.run(leave())


def test_a_listener_that_takes_nothing_is_late_and_holds_no_more_than_it_may() -> None:
    listener = Listener()
    for _ in range(MOST_WAITING):
        listener.tell(b"one")
    late = [listener.is_late]
    listener.tell(b"one more")
    assert [*late, listener.is_late] == [False, True]
    assert listener.waiting.qsize() == MOST_WAITING
