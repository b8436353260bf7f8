"""What each program says of a broker, until it is connected: then nothing."""

import time
from collections.abc import Callable
from typing import Any

from broker_ears import Ear
from fer_agent.broker.link import BrokerLink
from fer_agent.settings import BrokerSettings
from fer_controller.broker.client import Broker
from fer_controller.errors import BrokerError
from fer_controller.settings import BrokerSettings as ControllerBrokerSettings
from fer_simulator.broker.connections import Connections
from fer_simulator.broker.link import Will
from fer_simulator.broker.paho_link import PahoBroker
from fer_simulator.clock import SystemClock, Timers
from fer_simulator.traits.logins import ALIKE
from fer_wire.broker import BrokerConnection

PATIENCE_S = 30.0
Settings = dict[str, Any]
Hearing = Callable[[Settings, str], str]
"""Settings of a connection, and what to wait for where a program says several things."""


class SimulatedEar:
    """What a simulated device does with its link: nothing."""

    def will(self) -> Will:
        return Will("fer/v1/ear/status", b"gone")

    def connected(self) -> None:
        pass

    def disconnected(self) -> None:
        pass

    def received(self, topic: str, payload: bytes) -> None:
        pass

    def delivered(self, message_id: int) -> None:
        pass

    def refused(self, message_id: int, reason: str) -> None:
        pass


def heard_by_the_agent(settings: Settings, _wanted: str) -> str:
    """What its link says until it is up; nothing, then."""
    ear = Ear()
    link = BrokerLink(BrokerSettings(**settings, reconnect_max_s=0.5), "ear", None, ["fer/v1/#"], ear)
    link.start()
    until_s = time.monotonic() + PATIENCE_S
    while not ear.up.wait(0.05) and not link.last_error and time.monotonic() < until_s:
        pass
    link.stop()
    return link.last_error


def heard_by_the_controller(settings: Settings, _wanted: str) -> str:
    broker = Broker(ControllerBrokerSettings(**settings), "controller", ["fer/v1/#"])
    try:
        broker.connect()
    except BrokerError as error:
        return str(error)
    broker.close()
    return ""


def heard_by_the_simulator(settings: Settings, wanted: str) -> str:
    timers = Timers(SystemClock())
    connections = Connections(BrokerConnection(**settings, reconnect_max_s=0.5), timers, 0)
    link = PahoBroker(connections, ALIKE).link("sim-0001", ["fer/v1/sim-0001/ack"], SimulatedEar())
    link.open()
    until_s = time.monotonic() + PATIENCE_S
    while not link.up and wanted not in (connections.last_error or " ") and time.monotonic() < until_s:
        connections.turn(timers.wait_s(0.05))
        timers.run_due()
    link.close()
    connections.close(wait=True)
    return connections.last_error


HEARINGS: list[Hearing] = [heard_by_the_agent, heard_by_the_controller, heard_by_the_simulator]
