"""What takes bytes from others: wire messages, the ingest, settings files, models; each checks what must hold."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from controller_messages import START, a_birth, an_event, delivered, no_peers, some_telemetry
from fer_agent.errors import AgentError
from fer_agent.settings.loading import load_settings
from fer_controller.broker.delivery import Delivery
from fer_controller.desk.local import LocalDesk
from fer_controller.desk.stores import Place
from fer_controller.errors import ControllerError, RegistryError
from fer_controller.http.prometheus import Metrics
from fer_controller.ingest.devices import Fleet
from fer_controller.ingest.streams import Streams
from fer_controller.ingest.writer import Ingest
from fer_controller.operations.fleet import DEVICES
from fer_controller.operations.operation import DevicesQuery
from fer_controller.registry.catalogue import Catalogue
from fer_controller.registry.signing import make_keys
from fer_controller.settings import load
from fer_controller.store import opening
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.registry.store import ModelStore
from fer_controller.store.subjects import Subjects
from fer_wire import MESSAGES, MessageError, Topics, parse
from fer_wire.commands import KINDS
from fuzz.fuzzing import Opened, Target
from fuzz.http_target import Http
from tiny_onnx import network, write_model
from unit.agent.commands.obeying import Device as ToldDevice

FIXTURES = Path(__file__).parents[1] / "unit/wire/fixtures"
CHANNELS = {
    "EmotionEvent": "emotion/door", "Status": "status", "Telemetry": "telemetry", "Reported": "reported",
    "Greeting": "controller", "Reply": "reply",
}  # fmt: skip
LONGEST_SENTENCE = 5000
BETWEEN, HONEST = b"\n---\n", "honest-01"
NOTHING = b"\0"
"""A manifest has no file without a byte."""


class Wire:
    """A payload is read as each kind of message: it is one, and stays what it is, or it is refused with a sentence."""

    name = "wire"

    def made(self) -> Iterator[bytes]:
        for fixture in sorted(FIXTURES.rglob("*.json")):
            yield fixture.read_bytes()

    def check(self, payload: bytes) -> None:
        for kind in MESSAGES:
            try:
                message = parse(kind, payload)
            except MessageError:
                continue
            assert parse(kind, message.payload()) == message


class Taken:
    """Messages of anybody, TOPIC and payload by lines: all is stored or set aside, and operators see the fleet."""

    name = "ingest"

    def __init__(self, folder: Path) -> None:
        self.db = folder / "fleet.db"
        self.database = opening.writer(self.db, create=True)
        self._store = IngestStore(self.database)
        streams = Streams((), self._store.events.seqs_above, 100)
        self._ingest = Ingest(self._store, Topics(), streams, Fleet(()), no_peers(), lambda: START)
        self._seq = 0

    def made(self) -> Iterator[bytes]:
        for message in (an_event(1), a_birth(), some_telemetry()):
            each = delivered(message)
            yield each.topic.encode() + b"\n" + each.payload
        for fixture in sorted(FIXTURES.rglob("*.json")):
            channel = CHANNELS.get(fixture.parent.name)
            if channel:
                yield f"fer/v1/nano-01/{channel}\n".encode() + fixture.read_bytes()

    def check(self, payload: bytes) -> None:
        self._seq += 1
        theirs = [_delivery(each) for each in payload.split(BETWEEN)]
        self._ingest.write(self._ingest.read([*theirs, delivered(an_event(self._seq, device=HONEST))]))
        known = Subjects(self.database)
        assert known.events.stored()[HONEST] == self._seq, "an honest event is stored beside whatever comes"
        with LocalDesk(Place(self.db, self.db, 30.0), "root@here") as desk:
            for device in desk.ask(DEVICES, DevicesQuery()):
                json.dumps(device.document(), allow_nan=False)
        Metrics(known, 30.0, lambda: START).page("")


def _delivery(line: bytes) -> Delivery:
    topic, _, payload = line.partition(b"\n")
    return Delivery(
        topic.decode("utf-8", "replace"), payload, retained=payload.endswith(b" "), qos=1, mid=1, connection=1
    )


class Told:
    """A command is carried out when the fleet has signed these words, and never twice; whatever else comes is not."""

    name = "commands"

    def __init__(self, folder: Path) -> None:
        self._device = ToldDevice(folder)
        self._signed = [self._device.asked(kind)[1] for kind in KINDS]
        self._known = {_canonical(each) for each in self._signed}

    def made(self) -> Iterator[bytes]:
        yield from self._signed
        for fixture in sorted(FIXTURES.rglob("Command/*.json")):
            yield fixture.read_bytes()

    def check(self, payload: bytes) -> None:
        taken = {each.command for each in self._device.commands._ledger.taken}
        self._device.take(payload)
        new = {each.command for each in self._device.commands._ledger.taken} - taken
        assert not new or _canonical(payload) in self._known, "nobody signed this"
        assert self._device.restarts <= 1, "what was done is done again"
        self._device.link.replies.clear()


def _canonical(payload: bytes) -> str:
    try:
        return json.dumps(json.loads(payload), sort_keys=True)
    except (ValueError, RecursionError):
        return ""


class SettingsFiles:
    """A file of settings is read, or refused with a sentence."""

    name = "settings"

    def __init__(self, folder: Path) -> None:
        self._file = folder / "config.toml"

    def made(self) -> Iterator[bytes]:
        yield b'db = "fleet.db"\n[broker]\nurl = "mqtt://127.0.0.1:1883"\n[ingest]\nbatch_max = 10\n'
        yield b'device = "nano-01"\n[[cameras]]\nname = "door"\nsource = "0"\n[update]\ntoken = "x"\n'

    def check(self, payload: bytes) -> None:
        self._file.write_bytes(payload)
        for read in (lambda: load(self._file), lambda: load_settings(self._file, {})):
            said = _refusal(read)
            assert not said or (said.endswith((".", ")")) and len(said) < LONGEST_SENTENCE), said


def _refusal(read: "Callable[[], object]") -> str:
    """The sentence with which it is refused; empty when it is not."""
    try:
        read()
    except (ControllerError, AgentError) as error:
        return str(error)
    return ""


class Models:
    """A model's file or manifest is taken when it keeps the contract, or refused with a sentence."""

    name = "models"

    def __init__(self, folder: Path) -> None:
        self._folder, self._onnx = folder, network()
        make_keys(folder / "models")
        self.database = opening.writer(folder / "fleet.db", create=True)
        self._catalogue = Catalogue(ModelStore(self.database), folder / "models")

    def made(self) -> Iterator[bytes]:
        yield self._onnx
        yield (write_model(self._folder / "seed", {"fp32": self._onnx}) / "manifest.json").read_bytes()

    def check(self, payload: bytes) -> None:
        if payload.lstrip().startswith(b"{"):
            entry = write_model(self._folder / "entry", {"fp32": self._onnx})
            (entry / "manifest.json").write_bytes(payload)
        else:
            entry = write_model(self._folder / "entry", {"fp32": payload or NOTHING})
        try:
            model, _ = self._catalogue.add(entry)
        except RegistryError:
            return
        data = (entry / model.manifest.variants[0].file).read_bytes()
        assert hashlib.sha256(data).hexdigest() == model.manifest.variants[0].sha256
        self._catalogue.remove(model.name, model.version)


@contextmanager
def _closing(target: "Taken | Models") -> Iterator[Target]:
    with target.database:
        yield target


@contextmanager
def _plain(target: Target) -> Iterator[Target]:
    yield target


TARGETS: "dict[str, Callable[[Path], Opened]]" = {
    Wire.name: lambda _folder: _plain(Wire()),
    Taken.name: lambda folder: _closing(Taken(folder)),
    Told.name: lambda folder: _plain(Told(folder)),
    SettingsFiles.name: lambda folder: _plain(SettingsFiles(folder)),
    Models.name: lambda folder: _closing(Models(folder)),
    Http.name: Http,
}
