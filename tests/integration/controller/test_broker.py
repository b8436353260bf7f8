"""The connection itself, on a real Mosquitto: what is not acknowledged comes again."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from controller_process import Device, eventually
from fer_controller.broker.client import AT_ONCE, Broker
from fer_controller.broker.delivery import Delivery
from fer_controller.errors import BrokerError
from fer_controller.settings import BrokerSettings
from fer_wire import Topics
from real_broker import Mosquitto, free_port, running

pytestmark = pytest.mark.mosquitto
FILTER = Topics().every("emotion")


def broker_at(mosquitto: Mosquitto, *, knows_mqtt5: bool = True) -> Broker:
    return Broker(BrokerSettings(url=mosquitto.url), "tested", [FILTER], knows_mqtt5=knows_mqtt5)


@pytest.fixture(params=[True, False], ids=["MQTT 5", "MQTT 3.1.1"])
def broker(request: pytest.FixtureRequest, mosquitto: Mosquitto) -> Iterator[Broker]:
    made = broker_at(mosquitto, knows_mqtt5=request.param)
    made.connect()
    yield made
    made.close()


def taken(broker: Broker, count: int) -> list[Delivery]:
    found: list[Delivery] = []
    until_s = time.monotonic() + 10
    while len(found) < count and time.monotonic() < until_s:
        broker.pump(0.1, 1000)
        found += broker.collect(1000)
    return found


def topics(deliveries: list[Delivery]) -> set[str]:
    return {delivery.topic for delivery in deliveries}


def test_what_was_not_acknowledged_comes_again_and_what_was_does_not(broker: Broker, device: Device) -> None:
    device.reconnect()
    device.observe(3)
    first = taken(broker, 3)
    broker.acknowledge(first[:2])
    broker.close()
    broker.connect()
    again = taken(broker, 1)
    broker.pump(0.2, 1000)
    assert [delivery.payload for delivery in again] == [first[2].payload]
    assert broker.collect(1000) == []
    assert topics(again) == {"fer/v1/nano-01/emotion/door"}


def test_an_acknowledgement_of_an_earlier_connection_gives_nothing_up(broker: Broker, device: Device) -> None:
    device.reconnect()
    device.observe(2)
    first = taken(broker, 2)
    broker.close()
    broker.connect()
    taken(broker, 2)
    broker.acknowledge(first)
    broker.close()
    broker.connect()
    assert len(taken(broker, 2)) == 2


def test_messages_that_came_while_away_are_delivered_at_the_return(broker: Broker, device: Device) -> None:
    broker.close()
    device.reconnect()
    device.observe(20)
    broker.connect()
    assert len(taken(broker, 20)) == 20


def test_an_ack_is_retained_for_a_device_that_comes_later(broker: Broker, device: Device) -> None:
    device.observe(1)
    broker.publish([("fer/v1/nano-01/ack", b'{"device":"nano-01","epoch":"epoch-a","seq":1}')])
    broker.settle(5)
    device.reconnect()
    eventually(lambda: device.acked_seq == 1, "the device hears it")


def test_a_connection_has_room_for_what_the_broker_has_not_confirmed(broker: Broker) -> None:
    assert broker.room == AT_ONCE
    broker.publish((f"fer/v1/nano-{number:02d}/ack", b"{}") for number in range(AT_ONCE))
    broker.tell([("fer/v1/nano-01/ack", b"{}")])
    assert broker.room == 0
    until_s = time.monotonic() + 10
    while broker.room < AT_ONCE and time.monotonic() < until_s:
        broker.pump(0.1, 1000)
    assert broker.room == AT_ONCE
    broker.publish([("fer/v1/nano-01/ack", b"{}")] * 30)
    broker.close()
    broker.connect()
    assert broker.room == AT_ONCE, "what an earlier connection published is not waited for"


def test_a_broker_is_given_no_more_at_once_than_it_takes(tmp_path: Path) -> None:
    with running(tmp_path / "modest", "max_inflight_messages 7\n") as modest:
        connection = Broker(BrokerSettings(url=modest.url), "controller", ["fer/v1/+/ack"])
        connection.connect()
        assert connection.room == 7
        connection.close()


def test_a_broker_that_goes_away_is_an_error(broker: Broker, mosquitto: Mosquitto) -> None:
    mosquitto.kill()
    with pytest.raises(BrokerError, match=r"The connection to the broker at mqtt://127\.0\.0\.1:\d+ is lost"):
        taken(broker, 1)
    assert not broker.connected
    with pytest.raises(BrokerError, match="cannot be reached: Connection refused"):
        broker.connect()


def test_a_host_that_is_none_is_an_error() -> None:
    broker = Broker(BrokerSettings(url=f"mqtt://no-such-host.invalid:{free_port()}"), "tested", [FILTER])
    with pytest.raises(BrokerError, match=r"The broker at mqtt://no-such-host\.invalid:\d+ cannot be reached"):
        broker.connect()
