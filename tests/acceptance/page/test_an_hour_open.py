"""A page that stays open: an hour by its own clock, while devices change and events come, leaves nothing behind."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from controller_messages import a_batch, an_event, some_telemetry
from controller_process import eventually
from fer_controller.store import opening
from served_fleet import ServedFleet
from stepped_device import SteppedDevice

pytestmark = pytest.mark.browser

MINUTES, STEP_MS, STEPS_A_MINUTE = 75, 10_000, 6
SETTLED, COMPARED = 10, 5
"""From this minute on nothing grows: so many from then on are compared with as many an hour later."""
EVENTS_A_MINUTE = 20
TOLD_EVERY = 10
"""Minutes after which the page is waited for, until the stream has told it of a change."""
HELD = ("Nodes", "JSEventListeners")
OBJECTS = ("object", "closure", "array", "string", "concatenated string")
"""Of the heap, what the page makes; not what the engine compiles, nor what its inspector keeps of each request."""
MORE, MORE_BYTES = 20, 50_000
"""What may be more at the end than in the tenth minute: less than one thing a minute leaves behind."""
VIEWS = {
    "overview": "Needs attention",
    "fleet": "orin-05",
    "fleet/orin-05?tab=history": "Drag over a chart",
    "events?since=any": "an estimate of an expression",
    "rollouts/newest": "orin-05",
}
COUNT_WHAT_IS_TOLD = """async () => {
    const { changes } = await import("/dashboard/changes.js");
    window.told = 0;
    changes.addEventListener("devices", () => (window.told += 1));
}"""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path_factory.mktemp("hour")) as served:
        yield served.begin_a_rollout()


class OpenPage:
    """A page whose clock is moved by hand, and what its process holds."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self._asked = 0
        page.on("request", lambda request: self._count(request, 1))
        for ended in ("requestfinished", "requestfailed"):
            page.on(ended, lambda request: self._count(request, -1))
        self._browser = page.context.new_cdp_session(page)
        self._browser.send("Performance.enable")
        self._parts: list[str] = []
        self._browser.on("HeapProfiler.addHeapSnapshotChunk", lambda told: self._parts.append(told["chunk"]))
        page.clock.install()

    def pass_a_minute(self) -> None:
        """What is asked meanwhile is answered."""
        for _ in range(STEPS_A_MINUTE):
            self.page.clock.run_for(STEP_MS)
            while self._asked:
                self.page.wait_for_timeout(5)

    def told(self) -> int:
        """How often the stream has told of devices that changed."""
        return int(self.page.evaluate("told"))

    def told_more_than(self, before: int) -> bool:
        return self.told() > before

    def held(self) -> dict[str, int]:
        """Nodes and listeners, without those that nobody needs any more."""
        self._browser.send("HeapProfiler.collectGarbage")
        found = self._browser.send("Performance.getMetrics")["metrics"]
        return {each["name"]: each["value"] for each in found if each["name"] in HELD}

    def heap_bytes(self) -> int:
        """The objects of the page, after a collection of garbage."""
        self._parts.clear()
        self._browser.send("HeapProfiler.collectGarbage")
        self._browser.send("HeapProfiler.takeHeapSnapshot")
        heap = json.loads("".join(self._parts))
        fields, (kinds, *_) = (heap["snapshot"]["meta"][name] for name in ("node_fields", "node_types"))
        kind, size, width = fields.index("type"), fields.index("self_size"), len(fields)
        nodes = heap["nodes"]
        made = {number for number, name in enumerate(kinds) if name in OBJECTS}
        return sum(nodes[at + size] for at in range(0, len(nodes), width) if nodes[at + kind] in made)

    def _count(self, request: Any, more: int) -> None:
        if not request.url.endswith("/v1/live"):
            self._asked += more


def something_happens(fleet: ServedFleet, minute: int) -> None:
    """Devices come and go, as they did twenty minutes before, and events and telemetry arrive."""
    now = datetime.now(UTC)
    device = SteppedDevice(f"orin-{minute % 10:02}")
    device.online = minute // 10 % 2 == 0
    events = [an_event(1000 + EVENTS_A_MINUTE * minute + each, time=now) for each in range(EVENTS_A_MINUTE)]
    telemetry = some_telemetry(device.name).model_copy(update={"time": now})
    opening.ingest(fleet.database, 1000).write(a_batch(*events, devices=[device.row(now)], telemetry=[telemetry]))


def minutes(opened: OpenPage, fleet: ServedFleet, views: "tuple[str, ...]", of: range) -> list[dict[str, int]]:
    """What was held after each of these minutes; each was spent in the next of the views."""
    held = []
    for minute in of:
        view = views[minute % len(views)]
        opened.page.evaluate("view => location.assign(`#${view}`)", view)
        opened.page.get_by_text(VIEWS[view]).first.wait_for()
        told_more = partial(opened.told_more_than, opened.told())
        something_happens(fleet, minute)
        if minute % TOLD_EVERY == 0:
            eventually(told_more, "the page is told of it")
        opened.pass_a_minute()
        held.append(opened.held())
    return held


@pytest.mark.parametrize("views", [("overview",), ("fleet/orin-05?tab=history",), tuple(VIEWS)], ids=" and ".join)
def test_an_hour_open_leaves_nothing_behind(page: Any, fleet: ServedFleet, views: "tuple[str, ...]") -> None:
    opened = OpenPage(page)
    page.goto(f"{fleet.url}/#token={fleet.token}/{views[0]}")
    page.get_by_text(VIEWS[views[0]]).first.wait_for()
    page.evaluate(COUNT_WHAT_IS_TOLD)
    early = minutes(opened, fleet, views, range(SETTLED + COMPARED))[-COMPARED:]
    early_bytes = opened.heap_bytes()
    late = minutes(opened, fleet, views, range(SETTLED + COMPARED, MINUTES))[-COMPARED:]
    for name in HELD:
        before, after = (min(each[name] for each in part) for part in (early, late))
        assert after <= before + MORE, f"{name}: {early}, {late}"
    assert opened.heap_bytes() <= early_bytes + MORE_BYTES
