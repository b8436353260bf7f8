"""A broker that refuses a topic is believed, by every program, and doctor names the topic before it matters."""

import getpass
from pathlib import Path
from threading import Event, Thread

import commands
import fer_agent.cli
import fer_controller.cli
import pytest
from controller_messages import an_event
from controller_process import eventually, json_lines
from fer_controller.broker.client import Broker
from fer_controller.settings import BrokerSettings
from fer_wire import Ack, Topics
from real_broker import CONFIG, Mosquitto

pytestmark = pytest.mark.mosquitto

TOPICS = Topics()
READ_ALL = "topic read #\n"


@pytest.fixture
def refusing(mosquitto: Mosquitto) -> Mosquitto:
    """A broker that lets nobody publish, until it is allowed."""
    allow(mosquitto)
    return mosquitto


def allow(broker: Mosquitto, *topics: str) -> None:
    """Let anybody publish on these alone."""
    file = broker.folder / "acl"
    file.write_text(READ_ALL + "".join(f"topic write {topic}\n" for topic in topics))
    broker.stop()
    config = CONFIG.format(port=broker.port, folder=broker.folder, user=getpass.getuser())
    # Without a cap Mosquitto 2.0.11 hangs up after the first answer that is a refusal.
    config = config.replace("max_queued_messages 0", "max_queued_messages 1000000000")
    broker.configure(f"{config}acl_file {file}\n")
    broker.start()


def doctor(broker: Mosquitto, folder: Path, **environment: str) -> dict[str, str]:
    words = [
        "doctor",
        "--device",
        "nano-01",
        "--source",
        "door=demo:",
        "--broker",
        broker.url,
        "--state-dir",
        str(folder),
    ]
    done = commands.ran(fer_agent.cli.run, [*words, "--json"], **environment)
    return next(each for each in json_lines(done.stdout) if each["check"] == "broker")


def test_doctor_names_each_topic_that_the_broker_refuses(refusing: Mosquitto, tmp_path: Path) -> None:
    allow(refusing, TOPICS.status("nano-01"), TOPICS.reported("nano-01"), TOPICS.telemetry("nano-01"))
    found = doctor(refusing, tmp_path)
    assert found["state"] == "failed"
    assert "fer/v1/nano-01/emotion/door (Not authorized)" in found["found"]
    assert "telemetry" not in found["found"]
    allow(refusing, "fer/v1/nano-01/#")
    assert doctor(refusing, tmp_path)["state"] == "ok"
    old = doctor(refusing, tmp_path, FER_AGENT_BROKER__MQTT_VERSION="3.1.1")
    assert "does not tell what it refuses" in old["found"]


def test_the_controller_says_which_ack_is_refused(refusing: Mosquitto, caplog: pytest.LogCaptureFixture) -> None:
    broker = Broker(BrokerSettings(url=refusing.url), "controller", [TOPICS.every("emotion")])
    broker.connect()
    ack = Ack(device="nano-01", epoch="e", seq=1)
    for _ in range(2):
        broker.publish([(TOPICS.ack("nano-01"), ack.payload())])

    eventually(lambda: "ack (Not authorized)" in pumped(broker, caplog), "the refusal is told")
    broker.close()
    assert caplog.text.count("does not take what controller publishes on fer/v1/nano-01/ack") == 1


def pumped(broker: Broker, caplog: pytest.LogCaptureFixture) -> str:
    """What is logged once the broker had a moment to answer."""
    broker.pump(0.05, 10)
    return caplog.text


def test_simulated_devices_say_what_is_refused_and_do_not_count_it_as_delivered(refusing: Mosquitto) -> None:
    allow(refusing, "fer/v1/+/status")
    words = ["simulate", "--agents", "2", "--broker", refusing.url, "--seconds", "3", "--flush-s", "1", "--json"]
    done = commands.ran(fer_controller.cli.run, words)
    summary = json_lines(done.stdout)[-1]
    assert done.returncode == 1
    assert (summary["reports_delivered"], summary["sound"]) == (0, False)
    assert "Not authorized" in summary["trouble"]


def test_a_doctor_that_asks_is_no_message_of_the_device(mosquitto: Mosquitto, tmp_path: Path) -> None:
    from fer_controller import controller
    from fer_controller.settings import load
    from fer_controller.store import opening
    from fer_controller.store.subjects import Subjects

    db, stop = tmp_path / "fleet.db", Event()
    settings = load(db=db, broker={"url": mosquitto.url}, http={"listen": ""})
    serving = Thread(target=controller.serve, args=(settings, stop))
    serving.start()
    try:
        eventually(db.exists, "it serves")
        assert doctor(mosquitto, tmp_path / "state")["state"] == "ok"
        sender = Broker(BrokerSettings(url=mosquitto.url), "sender", [TOPICS.ack("nano-02")])
        event = an_event(1, "nano-02")
        with opening.reader(db) as database:
            store = Subjects(database)
            eventually(lambda: sent(sender, event.payload()) and store.events.last_event_id() > 0, "it stores")
            assert store.dead_letters.newest(10) == []
            assert [each.device for each in store.devices.all()] == ["nano-02"]
    finally:
        stop.set()
        serving.join()


def sent(sender: Broker, payload: bytes) -> bool:
    if not sender.connected:
        sender.connect()
    sender.publish([(TOPICS.emotion("nano-02", "door"), payload)])
    sender.pump(0.1, 10)
    return True
