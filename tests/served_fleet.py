"""A fleet in a database, and the process that answers for it over HTTP, for tests of both ways to the desk."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from controller_messages import AT, DEVICE, EPOCH, START, a_batch, an_event, some_telemetry
from fer_controller.desk import access
from fer_controller.desk.local import LocalDesk
from fer_controller.desk.remote import RemoteDesk
from fer_controller.desk.stores import Place
from fer_controller.http.process import HttpProcess
from fer_controller.operations.labels import RELABEL
from fer_controller.operations.plans import DEPLOY
from fer_controller.registry.catalogue import Catalogue
from fer_controller.registry.signing import make_keys
from fer_controller.rollout.devices.relabel import Relabel
from fer_controller.rollout.planning.request import DeployRequest
from fer_controller.settings import ApiSettings, PostgresUrl, Settings, load
from fer_controller.store import opening
from fer_controller.store.alerts.records import Alert, Silence
from fer_controller.store.alerts.store import AlertStore
from fer_controller.store.commands.records import ANSWER, CommandRow, Move
from fer_controller.store.commands.store import CommandStore
from fer_controller.store.credentials import records
from fer_controller.store.credentials.store import TokenStore
from fer_controller.store.dead_letters.records import DeadLetter
from fer_controller.store.devices.records import Device
from fer_controller.store.events.records import Gap, Stream
from fer_controller.store.registry.store import ModelStore
from fer_controller.store.rollups.store import RollupStore
from fer_wire.commands import Diagnosis
from pydantic import SecretStr
from stepped_device import SteppedDevice
from tiny_onnx import network, write_model

EVENTS = 60
OPERATOR = "alice"
COMMAND = CommandRow("a" * 32, DEVICE, "logs", AT, "root@here", "2026-01-31T13:02:00.000Z")
"""It was answered."""
FP32 = DeployRequest(precision="fp32")
IN_THE_LAB = DeployRequest(precision="fp32", selector="site=lab")


class ServedFleet:
    """Sixty events of two devices, telemetry, a dead letter, ten devices that can take a model, and that model."""

    def __init__(
        self,
        folder: Path,
        http_access: str = "token",
        on: "PostgresUrl | None" = None,
        http: "dict[str, Any] | None" = None,
    ) -> None:
        """In a file, or on a server; with these settings of HTTP."""
        self.db = folder / "fleet.db"
        registry = {"folder": folder / "fleet.models"}
        self.settings: Settings = load(
            db=on or self.db, registry=registry, http={"listen": "127.0.0.1:0", "access": http_access, **(http or {})}
        )
        self.place = Place.of(self.settings)
        self._fill()
        self._add_model(folder)
        self.database = opening.writer(self.settings.db)
        self.operators = TokenStore(self.database)
        self.token = access.make(self.operators, OPERATOR, records.OPERATOR, datetime.now(UTC)).token
        self.process = HttpProcess(self.settings)

    def __enter__(self) -> "ServedFleet":
        self.process.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.__exit__(None, None, None)
        self.database.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.process.port}"

    def near(self) -> LocalDesk:
        """The desk on the database."""
        return LocalDesk(self.place, "root@here")

    def far(self, token: "str | None" = None) -> RemoteDesk:
        """The desk over HTTP, with the operator's token unless another is given."""
        return RemoteDesk(ApiSettings(url=self.url, token=SecretStr(self.token if token is None else token)))

    def begin_a_rollout(self, request: DeployRequest = FP32) -> "ServedFleet":
        """Plan one that no controller takes up; returns the fleet."""
        with self.near() as desk:
            desk.ask(DEPLOY, request)
        return self

    def _fill(self) -> None:
        events = [an_event(seq, emotion="sad" if seq % 7 == 0 else "happy") for seq in range(1, EVENTS)]
        with opening.writer(self.settings.db, create=True) as database:
            opening.ingest(database, 1000).write(
                a_batch(
                    *events,
                    an_event(1, device="nano-02", camera="hall", kind="start", time=START.replace(second=30)),
                    streams=[Stream(DEVICE, EPOCH, EVENTS - 1), Stream("nano-02", EPOCH, 1)],
                    telemetry=[some_telemetry(), some_telemetry(second=60), some_telemetry("nano-02")],
                    gaps=[Gap(DEVICE, EPOCH, 70, 77, AT)],
                    dead_letters=[DeadLetter(AT, "fer/v1/x/status", "Status: no", b"\xff?", 2)],
                    devices=[Device(DEVICE, "offline", "run-1", since=AT, reason="[bold]power[/bold]")]
                    + [SteppedDevice(f"orin-{number:02}").row(START) for number in range(10)],
                )
            )
            commands = CommandStore(database)
            commands.ask(COMMAND)
            found = Diagnosis(log=(f"{DEVICE} goes well.",))
            commands.move(COMMAND.id, Move(ANSWER, AT, "run-1", "", found.model_dump_json()))
            _raise_alerts(AlertStore(database))
            rolls = RollupStore(database)
            rolls.roll_up_events(1000)
            rolls.roll_up_telemetry(1000)

    def _add_model(self, folder: Path) -> None:
        make_keys(self.settings.registry_folder)
        with opening.writer(self.settings.db) as database:
            catalogue = Catalogue(ModelStore(database), self.settings.registry_folder)
            catalogue.add(write_model(folder / "tiny", {"fp32": network()}))
        with self.near() as desk:
            desk.ask(RELABEL, Relabel(devices=("orin-03", "orin-04"), labels=("site=lab",)))


def _raise_alerts(book: AlertStore) -> None:
    """One of a device, one of a device of the lab, and one that is over; and a silence."""
    said = "It is offline since noon."
    for device in (DEVICE, "orin-03"):
        book.begin(Alert("offline", device, "raised", said, AT, AT, device, raised_at=AT))
    book.begin(Alert("ingest", "ingest", "over", "Late.", AT, AT, raised_at=AT, over_at=AT))
    book.silence(Silence("heat", "site=lab", "summer", AT, OPERATOR, "2999-01-31T12:00:00.000Z"))
