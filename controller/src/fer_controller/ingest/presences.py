"""What happens to a device: how a birth, a will, a report or telemetry changes what is known of it.

Each is told to every process that stores, in the same order, and one of them may be late. What it then says is older
than what another has written, and changes nothing.
"""

import json
from dataclasses import replace
from datetime import datetime

from fer_wire import Reported, Status, Telemetry
from fer_wire.message import iso_utc
from fer_wire.presence import OFFLINE, ONLINE

from fer_controller.store.devices.records import Device


def lives(device: Device, run: str, at: str) -> Device:
    """It just said something live."""
    was_online = (device.state, device.run) == (ONLINE, run)
    if run != device.run:
        device = replace(device, run=run, connection=0)
    if device.state not in (ONLINE, OFFLINE, ""):  # Of a newer agent, which says more of itself.
        return replace(device, last_seen=at)
    since = device.since if was_online else at
    return replace(device, state=ONLINE, since=since, reason="", last_seen=at)


def measured(telemetry: Telemetry, at: str, offset_s: float | None, device: Device) -> Device:
    """It measured itself; its clock is off by so much, where that could be told."""
    run = device.run if device.state == ONLINE else telemetry.run
    return lives(replace(_dated(device, offset_s), blind=blind(telemetry)), run, at)


def born(
    status: Status, at: str, offset_s: float | None, run_told_before: str, device: Device, *, retained: bool
) -> Device:
    """It connected; run_told_before is the last that this process had been told of."""
    told = iso_utc(status.time)
    if _is_of_an_earlier_connection(status, device):
        return device
    if device.run not in (status.run, run_told_before) and told < device.born:
        return device  # A process that was quicker has written a later run.
    device = _dated(device, offset_s)
    went_on = (device.state, device.run) == (ONLINE, status.run)
    since = told if retained and device.last_seen <= told <= at and device.last_seen else at
    return replace(
        device, state=ONLINE, run=status.run, connection=status.connection, born=told,
        since=device.since if went_on else since, reason="",
        agent_version=status.agent_version or device.agent_version,
        last_seen=device.last_seen if retained else at,
    )  # fmt: skip


def gone(status: Status, at: str, device: Device) -> Device:
    """Its last will, or what a newer agent says of itself."""
    if _is_of_an_earlier_connection(status, device) or (device.state == ONLINE and status.run != device.run):
        return device
    return replace(
        device, state=status.state, run=status.run, connection=status.connection,
        since=device.since if device.state == status.state else at, reason=status.reason,
        agent_version=status.agent_version or device.agent_version, blind="",
    )  # fmt: skip


def reported(said: Reported, text: str, told_before: str, device: Device) -> Device:
    """It reported; told_before is the last report that this process had been told."""
    if device.reported not in (told_before, text) and _is_earlier(said, device.reported):
        return device  # A process that was quicker has written a later report.
    return replace(device, agent_version=said.agent_version or device.agent_version, reported=text)


def blind(telemetry: Telemetry) -> str:
    """In words which cameras of a device are frozen or dark; empty if none is."""
    found = (
        f"{camera.camera} is {' and '.join(words)}"
        for camera in telemetry.cameras
        if (words := [word for word, told in (("frozen", camera.frozen), ("dark", camera.dark)) if told])
    )
    return "; ".join(found)


def _dated(device: Device, offset_s: float | None) -> Device:
    return device if offset_s is None else replace(device, clock_offset_s=offset_s)


def _is_of_an_earlier_connection(status: Status, device: Device) -> bool:
    """Whether the same run has connected since, perhaps to another broker."""
    return status.run == device.run and status.connection < device.connection


def _is_earlier(said: Reported, stored: str) -> bool:
    """Whether the same run has reported since; what its clock says is believed for that alone."""
    if not stored:
        return False
    other = json.loads(stored)
    return bool(other["run"] == said.run and said.time < datetime.fromisoformat(other["time"]))
