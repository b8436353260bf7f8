"""Lists by device, page by page, on both engines: together they are the whole, also while devices come and go."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from controller_messages import AT, a_batch, some_telemetry
from fer_controller.desk import pages
from fer_controller.desk.local import LocalDesk
from fer_controller.operations.fleet import DEVICES
from fer_controller.operations.operation import DevicesQuery, Operation
from fer_controller.operations.telemetry import CAMERAS, TELEMETRY_OF_EACH
from fer_controller.registry import tokens
from fer_controller.store import opening
from fer_controller.store.devices.records import Device
from fer_controller.store.subjects import Subjects
from fer_wire.telemetry import CameraTelemetry
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_profiles import examples
from served_fleet import ServedFleet

NAMES = ["A", "B-1", "Z", "a", "a-1", "a-10", "a-2", "b", "z"]
WITH_TELEMETRY = {"A": 0, "Z": 2, "a": 0, "a-1": 0, "a-10": 1, "b": 0, "z": 1}
"""How many cameras the devices have that sent any."""
LISTS: "dict[str, Operation[DevicesQuery, list[Any]]]" = {
    "devices": DEVICES, "telemetry": TELEMETRY_OF_EACH, "cameras": CAMERAS,
}  # fmt: skip
ROWS: "dict[str, Callable[[str], list[str]]]" = {
    "devices": lambda name: [name],
    "telemetry": lambda name: [name] if name in WITH_TELEMETRY else [],
    "cameras": lambda name: [f"{name}/c{at}" for at in range(WITH_TELEMETRY.get(name, 0))],
}
"""What a device that is there has in each list."""


class Coming:
    """A fleet whose devices come and go."""

    def __init__(self, served: ServedFleet) -> None:
        self.served, self._known = served, Subjects(served.database)
        self._ingest = opening.ingest(served.database, 10)

    def now(self) -> set[str]:
        return {device.device for device in self._known.devices.all()}

    def come(self, name: str) -> None:
        cameras = [CameraTelemetry(camera=f"c{at}", state="running") for at in range(WITH_TELEMETRY.get(name, 0))]
        said = [some_telemetry(name).model_copy(update={"cameras": tuple(cameras)})] if name in WITH_TELEMETRY else []
        self._ingest.write(replace(a_batch(devices=[Device(name)], telemetry=said), received_at=AT))

    def go(self, name: str) -> None:
        self._known.devices.forget(name)
        self._known.devices.forget_sent(name)

    def stand(self, names: set[str]) -> None:
        for name in self.now() - names:
            self.go(name)
        for name in names - self.now():
            self.come(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def fleet(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Coming]:
    on = request.getfixturevalue("postgres").database() if request.param == "postgresql" else None
    served = ServedFleet(tmp_path, on=on)
    yield Coming(served)
    served.database.close()


def listed(desk: LocalDesk, operation: "Operation[DevicesQuery, list[Any]]") -> Iterator[Any]:
    return (operation.dumped([row])[0] for row in pages.every(desk, operation))


@pytest.mark.parametrize("what", LISTS)
@given(names=st.sets(st.sampled_from(NAMES)), page=st.integers(1, 4))
@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_put_together_are_the_whole_list(fleet: Coming, what: str, names: set[str], page: int) -> None:
    operation = LISTS[what]
    fleet.stand(names)
    with pytest.MonkeyPatch.context() as patch, fleet.served.near() as desk:
        patch.setattr(pages, "PAGE", page)
        assert list(listed(desk, operation)) == operation.dumped(desk.ask(operation, DevicesQuery()))


@pytest.mark.parametrize("what", LISTS)
@given(
    names=st.sets(st.sampled_from(NAMES)),
    page=st.integers(1, 3),
    moves=st.lists(st.tuples(st.booleans(), st.sampled_from(NAMES)), max_size=8),
)
@settings(max_examples=examples(50), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_device_that_is_there_all_the_while_is_listed_once(
    fleet: Coming, what: str, names: set[str], page: int, moves: list[tuple[bool, str]]
) -> None:
    fleet.stand(names)
    stayed, ever, to_come = set(names), set(names), iter(moves)
    found: Counter[str] = Counter()
    with pytest.MonkeyPatch.context() as patch, fleet.served.near() as desk:
        patch.setattr(pages, "PAGE", page)
        for row in listed(desk, LISTS[what]):
            found[f"{row['device']}/{row.get('camera', '')}" if what == "cameras" else row["device"]] += 1
            comes, name = next(to_come, (True, ""))
            if name and comes:
                ever.add(name)
                fleet.stand({*fleet.now(), name})
            elif name:
                stayed.discard(name)
                fleet.stand(fleet.now() - {name})
    assert set(found.values()) <= {1}
    assert {row for name in stayed for row in ROWS[what](name)} <= found.keys()
    assert found.keys() <= {row for name in ever for row in ROWS[what](name)}


def test_a_page_tells_of_a_device_what_the_whole_list_does(fleet: Coming) -> None:
    tokens.make(fleet.served.operators, "orin-03")
    with fleet.served.near() as desk:
        whole = {each.device: each for each in desk.ask(DEVICES, DevicesQuery())}
        assert desk.ask(DEVICES, DevicesQuery(after="orin-02", limit=2)) == [whole["orin-03"], whole["orin-04"]]
        assert desk.ask(DEVICES, DevicesQuery(limit=0)) == []
    assert whole["orin-03"].has_token
    assert not whole["orin-04"].has_token


def test_who_asks_without_a_limit_gets_all_of_it(tmp_path: Path) -> None:
    more = [Device(f"more-{number:04}") for number in range(2 * pages.PAGE)]
    with ServedFleet(tmp_path) as served:
        Subjects(served.database).devices.put(more)
        headers = {"Authorization": f"Bearer {served.token}"}
        with served.near() as desk:
            for operation in LISTS.values():
                answer = requests.get(served.url + operation.path, headers=headers, timeout=60)
                assert answer.json() == operation.dumped(desk.ask(operation, DevicesQuery()))
        after = requests.get(f"{served.url}/v1/devices?after=more-0997", headers=headers, timeout=60).json()
        assert [each["device"] for each in after[:3]] == ["more-0998", "more-0999", "nano-01"]
