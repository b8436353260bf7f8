from fer_simulator.broker.in_process import InProcessBroker
from fer_simulator.broker.link import Will
from fer_simulator.clock import Timers, TurnedClock


class Listening:
    """Remembers what it hears."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    def will(self) -> Will:
        return Will("status", b"gone")

    def connected(self) -> None:
        self.heard.append("connected")

    def disconnected(self) -> None:
        self.heard.append("disconnected")

    def received(self, topic: str, payload: bytes) -> None:
        self.heard.append((topic, payload))

    def delivered(self, message_id: int) -> None:
        self.heard.append(message_id)

    def refused(self, message_id: int, reason: str) -> None:
        self.heard.append(f"{message_id}: {reason}")


class Desk:
    """One broker and one device's link to it."""

    def __init__(self) -> None:
        self.clock = TurnedClock()
        self.timers = Timers(self.clock)
        self.broker, self.listener = InProcessBroker(self.timers), Listening()
        self.link = self.broker.link("one", ["desired"], self.listener)

    def turn(self) -> "Desk":
        self.clock.turn(self.timers, 0)
        return self


def test_what_is_retained_comes_at_each_connection() -> None:
    desk = Desk()
    desk.broker.publish("desired", b"1")
    desk.broker.publish("other", b"2")
    desk.link.open()
    desk.turn().link.close()
    desk.link.open()
    desk.turn()
    assert desk.listener.heard == ["connected", ("desired", b"1"), "disconnected", "connected", ("desired", b"1")]


def test_a_message_of_qos_1_is_acknowledged_and_without_a_connection_none_is_taken() -> None:
    desk = Desk()
    assert desk.link.publish("reported", b"x", qos=1) is None
    desk.link.open()
    sent = desk.turn().link.publish("reported", b"x", qos=1, retain=True)
    assert desk.turn().listener.heard == ["connected", sent]
    assert desk.broker.retained == {"reported": b"x"}


def test_a_link_that_is_cut_leaves_its_will_and_one_that_is_closed_does_not() -> None:
    desk = Desk()
    desk.link.open()
    desk.turn().link.cut()
    assert desk.broker.retained == {"status": b"gone"}
    desk.broker.publish("status", b"")
    desk.link.open()
    desk.turn().link.close()
    assert desk.broker.retained == {}


def test_what_was_under_way_when_the_link_went_down_never_comes() -> None:
    desk = Desk()
    desk.link.open()
    desk.turn().link.publish("reported", b"x", qos=1)
    desk.broker.publish("desired", b"1", retain=False)
    desk.link.cut()
    assert desk.turn().listener.heard == ["connected", "disconnected"]
