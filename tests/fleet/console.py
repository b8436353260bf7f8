"""What an operator sees of a fleet, on a host of its controller."""

import json
from typing import Any

from controller_process import eventually
from fleet.nspawn import Host

PATIENCE_S = 120.0
PROGRAM = "runuser -u fer-controller -- /opt/fer-controller/bin/fer-controller"
ITS_SETTINGS = "set -a; . /etc/fer-controller/settings"
"""Shell that knows what the service knows."""


class Console:
    """Commands of fer-controller on that host, after what the shell is told first."""

    def __init__(self, host: Host, before: str = ITS_SETTINGS) -> None:
        self.host, self._before = host, before

    def said(self, command: str) -> str:
        """What a command of fer-controller prints."""
        return self.host.ssh(f"{self._before}; {PROGRAM} {command}")

    def json(self, command: str) -> list[dict[str, Any]]:
        """The same, of a command that prints JSON Lines."""
        return [json.loads(line) for line in self.said(f"{command} --json").splitlines()]

    def online(self) -> set[str]:
        """The devices that the controller sees online."""
        return {device["device"] for device in self.json("devices") if device["state"] == "online"}

    def reported(self) -> dict[str, dict[str, Any]]:
        """What each device said of itself last."""
        return {device["device"]: device["reported"] or {} for device in self.json("devices")}

    def events(self, device: str) -> list[dict[str, Any]]:
        """The stored events of a device."""
        return self.json(f"events --device {device} --limit 1000000")

    def epochs(self, device: str) -> set[str]:
        """The streams that it began."""
        return {event["epoch"] for event in self.events(device)}

    def newest_id(self, device: str) -> tuple[str, int]:
        """Of its newest event: when it was seen, and its number."""
        newest = self.json(f"events --device {device} --limit 1")
        return max(((event["time"], event["seq"]) for event in newest), default=("", 0))

    def new_events(self, device: str) -> None:
        """Wait until another event of it is stored."""
        before = self.newest_id(device)
        eventually(lambda: self.newest_id(device) > before, f"{device} sends events", PATIENCE_S)

    def numbers(self, device: str) -> dict[str, list[int]]:
        """The numbers of its stored events by epoch, from the first on, as often as each is there."""
        found: dict[str, list[int]] = {}
        for event in self.events(device):
            found.setdefault(event["epoch"], []).append(event["seq"])
        return {epoch: sorted(seqs) for epoch, seqs in found.items()}

    def whole(self, device: str) -> bool:
        """Whether none of its events is missing, and none there twice."""
        found = self.numbers(device)
        return bool(found) and all(seqs == list(range(1, len(seqs) + 1)) for seqs in found.values())

    def missing(self, device: str) -> set[tuple[str, int]]:
        """Its events below the newest of each stream that are not there, as after a backup was restored."""
        found = self.numbers(device)
        return {(epoch, seq) for epoch, seqs in found.items() for seq in set(range(1, seqs[-1])) - set(seqs)}
