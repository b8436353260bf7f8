"""kill -9 of controller and broker at random moments: every event stands in the database exactly once."""

import random
import time
from threading import Thread

import pytest
from controller_process import ControllerProcess, Device, eventually
from real_broker import Mosquitto

ROUNDS = 10
EVENTS_A_ROUND = 400
SHARE_IN_FULL_FLOW = 0.7
FLOW_PATIENCE_S = 1.5


def kill_controller(controller: ControllerProcess, _broker: Mosquitto) -> None:
    controller.kill()
    time.sleep(random.uniform(0, 0.1))
    controller.start()


def kill_broker(_controller: ControllerProcess, broker: Mosquitto) -> None:
    broker.kill()
    time.sleep(random.uniform(0, 0.1))
    broker.start()


def kill_both(controller: ControllerProcess, broker: Mosquitto) -> None:
    controller.kill()
    broker.kill()
    broker.start()
    controller.start()


def broker_forgets_all(_controller: ControllerProcess, broker: Mosquitto) -> None:
    broker.kill()
    broker.forget()
    broker.start()


def await_flow(controller: ControllerProcess, above_seq: int) -> None:
    """Wait a moment for events of this round to be stored; they may not come before the next flush."""
    until_s = time.monotonic() + FLOW_PATIENCE_S
    while max(controller.seqs(), default=0) <= above_seq and time.monotonic() < until_s:
        time.sleep(0.01)


FAULTS = {
    "controller": kill_controller,
    "broker": kill_broker,
    "both": kill_both,
    "forgetful broker": broker_forgets_all,
}


@pytest.mark.mosquitto
@pytest.mark.parametrize("fault", FAULTS)
def test_every_event_is_stored_exactly_once_whatever_is_killed(
    fault: str, controller: ControllerProcess, device: Device, mosquitto: Mosquitto
) -> None:
    random.seed(fault)
    controller.until_connected()
    device.reconnect()
    for number in range(ROUNDS):
        publishing = Thread(target=device.observe, args=(EVENTS_A_ROUND,))
        publishing.start()
        if random.random() < SHARE_IN_FULL_FLOW:
            await_flow(controller, above_seq=number * EVENTS_A_ROUND)
        time.sleep(random.uniform(0, 0.08))
        FAULTS[fault](controller, mosquitto)
        publishing.join()
        device.reconnect()
    device.flush()
    expected = list(range(1, ROUNDS * EVENTS_A_ROUND + 1))
    assert controller.seqs() == expected
    assert controller.query("SELECT device, epoch, contiguous_seq FROM streams") == [
        (device.name, device.epoch, expected[-1])
    ]
    assert controller.query("SELECT * FROM gaps") == []
    print(f"{ROUNDS} kills of {fault}: {len(expected)} events, none lost, none twice")


@pytest.mark.mosquitto
def test_events_published_while_the_controller_is_away_are_stored_when_it_is_back(
    controller: ControllerProcess, device: Device
) -> None:
    controller.until_connected()
    assert controller.stop() == 0
    device.reconnect()
    device.observe(500)
    controller.start()
    eventually(lambda: device.acked_seq == 500, "the device is acked")
    assert controller.seqs() == list(range(1, 501))
