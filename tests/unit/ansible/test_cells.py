"""Which host of a fleet does what, as Ansible reads it from the inventory."""

from types import ModuleType
from typing import Any

import ansible_filters
import pytest

TWO_SITES = {"broker": ["lab", "shop"], "controller": ["centre", "lab", "shop"]}


@pytest.fixture
def filters() -> ModuleType:
    return ansible_filters.load("cells")


def hosts(groups: dict[str, list[str]], **known: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: known.get(name, {}) for names in groups.values() for name in names}


def test_one_controller_beside_one_broker_does_everything(filters: ModuleType) -> None:
    groups = {"broker": ["hub"], "controller": ["hub"]}
    known = hosts(groups, hub={"ansible_host": "10.0.0.1"})
    assert filters.processes(groups, known) == {"hub": {"role": "", "broker": "hub", "logins": ["fer-controller"]}}
    assert filters.broker_addresses(groups, known, "fleet.example") == {"hub": "fleet.example"}


def test_a_host_of_a_broker_is_its_ingest_and_another_does_the_rest(filters: ModuleType) -> None:
    assert filters.processes(TWO_SITES, hosts(TWO_SITES)) == {
        "centre": {"role": "rollouts,http,retention"},
        "lab": {"role": "ingest", "broker": "lab", "logins": ["fer-controller"]},
        "shop": {"role": "ingest", "broker": "shop", "logins": ["fer-controller"]},
    }


def test_each_of_several_brokers_is_reached_at_an_address_of_its_own(filters: ModuleType) -> None:
    known = hosts(TWO_SITES, lab={"ansible_host": "10.0.0.2"})
    assert filters.broker_addresses(TWO_SITES, known, "fleet.example") == {"lab": "10.0.0.2", "shop": "shop"}


def test_several_ingests_of_a_broker_share_its_messages_with_a_login_each(filters: ModuleType) -> None:
    groups = {"broker": ["lab"], "controller": ["centre", "lab", "lab-2"]}
    told: dict[str, dict[str, Any]] = {
        "lab": {"fer_ingests": 2},
        "lab-2": {"fer_role": "ingest", "fer_broker": "lab"},
    }
    found = filters.processes(groups, hosts(groups, **told))
    shared = {"role": "ingest", "broker": "lab", "share": "lab"}
    assert found["lab"] == {**shared, "logins": ["fer-controller", "fer-controller-2"]}
    assert found["lab-2"] == {**shared, "logins": ["fer-controller-3"]}


def test_roles_are_on_hosts_of_their_own_where_the_inventory_says_so(filters: ModuleType) -> None:
    groups = {"broker": ["lab"], "controller": ["web", "lead", "lab"]}
    told = {"web": {"fer_role": "http"}, "lead": {"fer_role": "rollouts, retention"}}
    found = filters.processes(groups, hosts(groups, **told))
    assert {name: each["role"] for name, each in found.items()} == {
        "web": "http", "lead": "rollouts,retention", "lab": "ingest",
    }  # fmt: skip


def test_a_broker_that_nobody_reads_is_an_error(filters: ModuleType) -> None:
    groups = {"broker": ["lab", "shop"], "controller": ["centre", "lab"]}
    with pytest.raises(ValueError, match="Nobody stores what arrives at the broker shop"):
        filters.processes(groups, hosts(groups))


def test_an_ingest_of_a_broker_that_is_none_is_an_error(filters: ModuleType) -> None:
    groups = {"broker": ["lab"], "controller": ["lab", "lab-2"]}
    with pytest.raises(ValueError, match="lab-2 is an ingest of lab-2, which is no broker"):
        filters.processes(groups, hosts(groups, **{"lab-2": {"fer_role": "ingest"}}))
