"""The client asks a real controller, and knows every operation."""

import inspect
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from fer_client import Client, RefusedError, every, every_event
from fer_controller.operations import OPERATIONS
from fer_controller.operations.operation import Operation
from served_fleet import EVENTS, OPERATOR, ServedFleet


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path_factory.mktemp("fleet")) as found:
        yield found


@pytest.fixture
def client(fleet: ServedFleet) -> Iterator[Client]:
    with Client(fleet.url, fleet.token) as found:
        yield found


def methods(client: Client) -> dict[str, Any]:
    """Each method by the name of its operation."""
    subjects = {name: each for name, each in vars(client).items() if not name.startswith("_")}
    found = {}
    for subject, calls in subjects.items():
        for name, method in inspect.getmembers(calls, inspect.ismethod):
            if not name.startswith("_"):
                found[subject if name == "all" else name] = method
    return found


def test_there_is_a_method_for_each_operation_and_no_other(client: Client) -> None:
    assert sorted(methods(client)) == sorted(operation.name for operation in OPERATIONS)


def taken(method: Any) -> set[str]:
    """What a method takes, and what may be left out of it."""
    found = dict(inspect.signature(method).parameters)
    options = found.pop("options", None)
    kind = str(options.annotation).removeprefix("Unpack[").removesuffix("]") if options else ""
    named = getattr(sys.modules[method.__module__], kind).__annotations__ if kind else {}
    return {*found, *named}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: str(operation.name))
def test_a_method_takes_what_its_operation_does(client: Client, operation: Operation[Any, Any]) -> None:
    described = operation.parameters.model_json_schema().get("properties", {})
    assert taken(methods(client)[operation.name]) == set(described)


def test_the_fleet_is_seen_and_steered(client: Client) -> None:
    assert client.fleet.me()["name"] == OPERATOR
    devices = [each["device"] for each in client.fleet.devices()]
    assert client.labels.relabel(devices=devices[:1], labels=["site=shop"])[0]["labels"]["site"] == "shop"
    began = client.plans.deploy(model="tiny", precision="fp32", devices=devices[-1:], waves="100%")
    assert client.rollouts.rollout(began["rollout"])["request"]["precision"] == "fp32"


def test_a_list_comes_whole_or_page_by_page(client: Client) -> None:
    listings: list[Any] = [client.fleet.devices, client.telemetry.telemetry_of_each, client.telemetry.cameras]
    for listing in listings:
        assert list(every(listing, page=1)) == listing()
    assert len(client.fleet.devices(limit=3)) == 3


def test_every_event_comes_once_whatever_the_pages(client: Client) -> None:
    ids = [event["id"] for event in every_event(client, page=7)]
    assert len(ids) == len(set(ids)) == EVENTS


def test_a_wrong_token_is_refused_in_a_sentence(fleet: ServedFleet) -> None:
    with Client(fleet.url, "wrong") as client, pytest.raises(RefusedError) as caught:
        client.fleet.devices()
    assert caught.value.status == 401
    assert str(caught.value).endswith(".")


def test_a_misspelt_request_is_refused_in_a_sentence(client: Client) -> None:
    with pytest.raises(RefusedError, match="waves") as caught:
        client.plans.plan(model="tiny", waves="none")
    assert caught.value.status == 422
