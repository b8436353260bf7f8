"""Which host of a fleet does what, where its controller's work is spread over several."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

BROKER, CONTROLLER = "broker", "controller"
INGEST, LOGIN = "ingest", "fer-controller"
BESIDE_BROKERS, ELSEWHERE = INGEST, "rollouts,http,retention"

Groups = Mapping[str, Sequence[str]]
Hosts = Mapping[str, Mapping[str, Any]]


def broker_addresses(groups: Groups, hosts: Hosts, shared: str) -> dict[str, str]:
    """By broker: the name or address at which it is reached; shared is that of a broker beside the one controller."""
    if _together(groups):
        return dict.fromkeys(groups.get(BROKER, ()), shared)
    return {name: str(hosts[name].get("ansible_host", name)) for name in groups.get(BROKER, ())}


def processes(groups: Groups, hosts: Hosts) -> dict[str, dict[str, Any]]:
    """By host of the controller: its roles; and where it reads a broker, which, its logins there, and their share.

    A host of a broker is that broker's ingest, and any other is all but an ingest, unless fer_role says otherwise. Each
    login is a process: fer_ingests says how many, one by default. Raises ValueError for a broker that is none or that
    nobody reads.
    """
    if _together(groups):
        everything = {"role": "", "broker": "".join(groups.get(BROKER, ())), "logins": [LOGIN]}
        return dict.fromkeys(groups.get(CONTROLLER, ()), everything)
    roles = {name: _role(name, groups, hosts[name]) for name in groups.get(CONTROLLER, ())}
    readers = _readers(groups, hosts, [name for name, role in roles.items() if INGEST in role.split(",")])
    reading = {name: part for broker, names in readers.items() for name, part in _reading(broker, names, hosts).items()}
    return {name: {"role": role, **reading.get(name, {})} for name, role in roles.items()}


def _together(groups: Groups) -> bool:
    return len(groups.get(BROKER, ())) <= 1 and len(groups.get(CONTROLLER, ())) <= 1


def _role(name: str, groups: Groups, host: Mapping[str, Any]) -> str:
    return str(host.get("fer_role", BESIDE_BROKERS if name in groups.get(BROKER, ()) else ELSEWHERE)).replace(" ", "")


def _readers(groups: Groups, hosts: Hosts, ingests: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {broker: [] for broker in groups.get(BROKER, ())}
    for name in ingests:
        broker = str(hosts[name].get("fer_broker", name))
        if broker not in found:
            raise ValueError(f"{name} is an ingest of {broker}, which is no broker; set its fer_broker to one.")
        found[broker].append(name)
    unread = [broker for broker, names in found.items() if not names]
    if unread:
        raise ValueError(
            f"Nobody stores what arrives at the broker {unread[0]}; add it to the group controller, or another host "
            f"there with fer_broker: {unread[0]}."
        )
    return found


def _reading(broker: str, names: Sequence[str], hosts: Hosts) -> dict[str, dict[str, Any]]:
    """Several processes divide a broker's messages; each needs a login of its own, and the first has the usual one."""
    counts = [int(hosts[name].get("fer_ingests", 1)) for name in names]
    logins = [LOGIN, *(f"{LOGIN}-{number}" for number in range(2, sum(counts) + 1))]
    share = {"share": broker} if len(logins) > 1 else {}
    firsts = accumulate(counts, initial=0)
    return {
        name: {"broker": broker, "logins": logins[first : first + count], **share}
        for name, count, first in zip(names, counts, firsts, strict=False)
    }


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, Any]:
        """The filters by name."""
        return {"broker_addresses": broker_addresses, "processes": processes}
