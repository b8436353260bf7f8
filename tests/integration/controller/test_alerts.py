"""A controller that runs tells real receivers of alerts: over HTTP, by mail, signed; and again when it was killed."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alert_receivers import MailBox, Receiver, Request, mail_server, receiving
from commands import ran
from controller_messages import DEVICE, a_birth, a_will, topic_of
from controller_process import ControllerProcess, eventually
from fer_controller import cli
from fer_controller.alerts.targets.signature import is_genuine
from fer_wire import Message
from paho.mqtt import publish
from real_broker import Mosquitto

pytestmark = pytest.mark.mosquitto

SECRET, PASSWORD = "a-secret-of-the-webhook", "s3cretpassw0rd"
SETTINGS = """
[alerts]
every_s = 0.1
offline_for_s = 0.3
over_s = 0.3
timeout_s = 60

[alerts.targets]
phone = "ntfy://{password}@127.0.0.1:{ntfy}/fleet"
mail = "mailto://127.0.0.1:{mail}/?from=fer@lab.example&to=anna@lab.example"

[alerts.webhooks.desk]
url = "{webhook}/alerts?key={password}"
secret = "{secret}"
"""


class World:
    """A controller with three targets, and a device."""

    def __init__(self, folder: Path, mosquitto: Mosquitto, phone: Receiver, desk: Receiver, mail: MailBox) -> None:
        self.phone, self.desk, self.mail, self._port = phone, desk, mail, mosquitto.port
        self.config = folder / "controller.toml"
        self.config.write_text(
            SETTINGS.format(password=PASSWORD, ntfy=phone.port, mail=mail.port, webhook=desk.url, secret=SECRET)
        )
        self.controller = ControllerProcess(folder / "fleet.db", mosquitto.url, "--config", str(self.config))

    def send(self, message: Message) -> None:
        """As the device."""
        publish.single(topic_of(message), message.payload(), qos=1, hostname="127.0.0.1", port=self._port)

    def command(self, *words: str) -> "tuple[int, list[Any]]":
        """Exit status, and what it printed as JSON."""
        done = ran(cli.run, ["alerts", *words, "--json", "--db", str(self.controller.db)])
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    def states(self) -> "list[str]":
        """Of all deliveries."""
        return [row[0] for row in self.controller.query("SELECT state FROM alert_deliveries ORDER BY id")]


@pytest.fixture
def world(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[World]:
    with receiving() as phone, receiving() as desk, mail_server() as mail:
        made = World(tmp_path, mosquitto, phone, desk, mail)
        yield made
        made.controller.kill()


def kinds(requests: "list[Request]") -> "list[str]":
    return [each.document["kind"] for each in requests]


def is_signed(request: Request) -> bool:
    headers = request.headers
    return is_genuine(SECRET, headers["Fer-Timestamp"], request.body, headers["Fer-Signature"], time.time())


def test_a_device_that_goes_and_comes_is_told_of_by_phone_mail_and_webhook(world: World) -> None:
    world.controller.until_connected()
    world.send(a_birth())
    world.send(a_will(reason="power"))
    eventually(lambda: len(world.desk.requests) == len(world.phone.requests) == len(world.mail.mails) == 1, "all know")
    world.send(a_birth("run-2"))
    eventually(lambda: len(world.desk.requests) == len(world.phone.requests) == len(world.mail.mails) == 2, "all know")
    begun, ended = world.desk.requests
    assert kinds([begun, ended]) == ["raised", "over"]
    assert is_signed(begun)
    assert is_signed(ended)
    assert begun.document["device"] == DEVICE
    assert begun.document["sentence"].endswith(": power.")
    phone = world.phone.requests[0].document
    assert (phone["topic"], phone["title"]) == ("fleet", f"Device offline: {DEVICE}")
    assert "is offline since" in phone["message"]
    mail = world.mail.mails[1]
    assert (mail["To"], mail["Subject"]) == ("anna@lab.example", f"Over: Device offline: {DEVICE}")
    eventually(lambda: world.states() == ["delivered"] * 6, "all of it is noted")
    status, (alert,) = world.command("--all")
    assert (status, alert["state"], alert["rule"]) == (0, "over", "offline")
    assert PASSWORD not in world.controller.log()
    assert SECRET not in world.controller.log()


def test_a_controller_that_is_killed_while_it_sends_sends_again_and_says_so(world: World) -> None:
    world.desk.answers.clear()
    world.controller.until_connected()
    world.send(a_birth())
    world.send(a_will())
    eventually(lambda: world.desk.requests, "the webhook is being told")
    world.controller.kill()
    assert "sending" in world.states()
    world.desk.answers.set()
    world.controller.until_connected()
    eventually(lambda: len(world.desk.requests) == 2, "it is told again")
    first, again = (each.document for each in world.desk.requests)
    assert (first["delivery"], first["attempt"], again["attempt"]) == (again["delivery"], 1, 2)
    assert first["alert"] == again["alert"]
    eventually(lambda: set(world.states()) == {"delivered"}, "all of it is noted")
    assert len(world.command()[1]) == 1


def test_a_receiver_that_hangs_holds_up_neither_the_others_nor_the_end(world: World) -> None:
    world.desk.answers.clear()
    world.controller.until_connected()
    world.send(a_birth())
    world.send(a_will())
    eventually(lambda: world.desk.requests and world.phone.requests and world.mail.mails, "all are told")
    world.send(a_birth("run-2"))
    eventually(lambda: len(world.phone.requests) == len(world.mail.mails) == 2, "the others know of the end, too")
    assert len(world.desk.requests) == 1
    assert world.controller.stop() == 0


def test_a_test_says_which_target_was_told_and_which_was_not(world: World) -> None:
    world.desk.status = 500
    world.controller.until_connected()
    status, (outcome,) = world.command("test")
    assert status == 1
    assert {each["target"]: (each["state"], each["fault"]) for each in outcome["targets"]} == {
        "desk": ("failed", "The webhook answered 500."),
        "mail": ("delivered", None),
        "phone": ("delivered", None),
    }
    world.desk.status = 204
    assert world.command("test")[0] == 0
    assert [mail["Subject"] for mail in world.mail.mails] == ["Test of alerts"] * 2
    assert len(world.phone.requests) == 2


def test_what_apprise_says_of_a_fault_holds_no_secret(world: World) -> None:
    world.phone.status = 403
    world.controller.until_connected()
    _, (outcome,) = world.command("test")
    fault = next(each["fault"] for each in outcome["targets"] if each["target"] == "phone")
    assert fault.startswith("Apprise could not deliver it (")
    assert "403" in fault
    for said in (fault, world.controller.log()):
        assert PASSWORD not in said


def test_without_a_controller_a_test_says_that_nobody_took_it_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_controller.cli.alerts.TAKEN_UP_WITHIN_S", 0.1)
    world.controller.until_connected()
    world.controller.stop()
    done = ran(cli.run, ["alerts", "test", "--db", str(world.controller.db)])
    assert done.returncode == 1
    assert "No controller with the role alerts has taken the test up" in done.stdout


def test_a_url_that_apprise_does_not_know_is_told_at_the_start_without_what_is_in_it(world: World) -> None:
    world.config.write_text(f'[alerts.targets]\npager = "pagr://{PASSWORD}@example.com"\n')
    world.controller.start()
    assert world.controller.wait() == 2
    assert "alerts.targets.pager is no URL that Apprise knows" in world.controller.log()
    assert PASSWORD not in world.controller.log()
