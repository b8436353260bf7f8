"""What a device reported is read as it was sent; what devices have in common is kept once."""

from datetime import UTC, datetime

import pytest
from fer_controller.rollout.devices.candidate import report
from fer_wire import Reported, parse
from stepped_device import SteppedDevice

NOW = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize("changes", [{}, {"running": None}, {"eyes": {}}])
def test_a_report_says_what_was_sent(changes: dict[str, object]) -> None:
    sent = SteppedDevice("nano-01").report(NOW).model_copy(update=changes).model_dump_json()
    assert report("nano-01", sent) == parse(Reported, sent)


def test_devices_that_are_alike_share_what_they_say() -> None:
    first, second = (report(name, SteppedDevice(name).report(NOW).model_dump_json()) for name in ("nano-01", "nano-02"))
    assert first is not None
    assert second is not None
    assert (first.device, second.device) == ("nano-01", "nano-02")
    assert first.capabilities is second.capabilities
    assert first.running is second.running
    assert all(first.eyes[task] is second.eyes[task] for task in first.eyes)


@pytest.mark.parametrize("text", ["", "{", '{"device": "nano-01"}'])
def test_what_cannot_be_read_is_no_report(text: str) -> None:
    assert report("nano-01", text) is None
