"""The token of a device fetches what the device is told to run, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from assigned_files import assign, withdraw
from controller_messages import DEVICE
from controller_process import eventually
from fer_controller.registry import tokens
from fer_controller.registry.catalogue import Catalogue
from fer_controller.registry.model import RegisteredModel
from fer_controller.rollout import audit
from fer_controller.store.registry.store import ModelStore
from fer_controller.store.subjects import Subjects
from served_fleet import ServedFleet
from tiny_onnx import network, write_model

HONEST = "nano-02"


@dataclass
class Devices:
    """A served fleet, two of its devices with tokens, and two models."""

    fleet: ServedFleet
    tokens: "dict[str, str]"
    given: RegisteredModel
    secret: RegisteredModel

    def status(self, path: str, device: str = DEVICE, method: str = "GET") -> int:
        headers = {"Authorization": f"Bearer {self.tokens[device]}"}
        return requests.request(method, self.fleet.url + path, headers=headers, timeout=60).status_code

    def assign(self, *models: RegisteredModel, device: str = DEVICE) -> None:
        assign(self.fleet.database, device, *map(file_of, models))


def file_of(model: RegisteredModel) -> str:
    return model.variant("fp32").sha256


def paths(model: RegisteredModel) -> "list[str]":
    return [model.artifact("fp32").url, model.manifest_url]


@pytest.fixture
def devices(tmp_path: Path) -> Iterator[Devices]:
    with ServedFleet(tmp_path) as fleet:
        catalogue = Catalogue(ModelStore(fleet.database), fleet.settings.registry_folder)
        given = catalogue.get("tiny")
        secret, *_ = catalogue.add(write_model(tmp_path / "secret", {"fp32": network(padding_bytes=8)}, name="secret"))
        held = {name: tokens.make(fleet.operators, name) for name in (DEVICE, HONEST)}
        yield Devices(fleet, held, given, secret)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_device_that_is_told_nothing_fetches_nothing(devices: Devices, method: str) -> None:
    found = [devices.status(path, method=method) for model in (devices.given, devices.secret) for path in paths(model)]
    assert found == [403] * 4


def test_a_device_fetches_what_it_is_told_to_run_and_no_other_model(devices: Devices) -> None:
    devices.assign(devices.given)
    devices.assign(devices.secret, device=HONEST)
    assert [devices.status(path) for path in paths(devices.given)] == [200, 200]
    assert [devices.status(path) for path in paths(devices.secret)] == [403, 403]
    assert [devices.status(path, HONEST) for path in paths(devices.secret)] == [200, 200]


def test_a_device_fetches_any_of_the_files_that_it_may_choose_from(devices: Devices) -> None:
    devices.assign(devices.given, devices.secret)
    assert [devices.status(path) for path in paths(devices.secret)] == [200, 200]


def test_what_is_taken_back_is_fetched_no_more(devices: Devices) -> None:
    devices.assign(devices.given, devices.secret)
    withdraw(devices.fleet.database, DEVICE)
    assert [devices.status(path) for path in paths(devices.given) + paths(devices.secret)] == [403] * 4


def test_a_device_on_its_way_back_fetches_what_it_ran_before_and_not_what_it_leaves(devices: Devices) -> None:
    devices.assign(devices.secret)
    devices.assign(devices.given)
    assert [devices.status(path) for path in paths(devices.given)] == [200, 200]
    assert [devices.status(path) for path in paths(devices.secret)] == [403, 403]


def test_an_operators_token_reads_every_model(devices: Devices) -> None:
    devices.tokens[DEVICE] = devices.fleet.token
    assert [devices.status(path) for path in paths(devices.secret)] == [200, 200]


def test_a_device_that_asks_for_another_file_stands_in_the_audit_log(devices: Devices) -> None:
    devices.status(devices.secret.manifest_url)

    def told() -> bool:
        newest = Subjects(devices.fleet.database).audit.newest(5)
        return any((each.action, each.actor) == (audit.TURNED_AWAY, DEVICE) for each in newest)

    eventually(told, "the refusal is in the log")
