"""Checks everything that the agent needs; each finding says what to do."""

import shutil
import subprocess
import threading
from datetime import datetime, timezone
from pathlib import Path
from typing import Callable, Iterator, List, Tuple

from fer_wire.commands import FAULT as FAILED
from fer_wire.commands import FOUND_CHARACTERS, OK, WARNING, Finding
from fer_wire.contracts import CLASSIFIER, FINDER, LANDMARKER
from fer_wire.device.precisions import TENSORRT
from fer_wire.printable import printable

from fer_agent import permission
from fer_agent.cameras import open_source
from fer_agent.errors import AgentError, BrokerError, IdentityError, InUseError
from fer_agent.faces.detect import LANDMARKS_LICENCE, Landmarker, landmarks_file
from fer_agent.host.state_folder import KEYS_FILE, UPDATE_FILE, StateFolder
from fer_agent.identity import certificate
from fer_agent.identity.identity import Identity, in_use
from fer_agent.identity.renewal import ends, expired
from fer_agent.inference import libraries
from fer_agent.inference.choice import of_the_settings, tasks_of
from fer_agent.inference.providers import has_gpu
from fer_agent.inference.session import runtime
from fer_agent.settings import CameraSettings, Settings
from fer_agent.update.download import Downloader
from fer_agent.update.keyring import Keyring
from fer_agent.update.record import RecordFile

HEALTH = "/v1/health"
LITTLE_DISK_MB = 500
NAME_CHARACTERS = 100
FOR_A_GPU = "pip install 'fer-agent[tensorrt]', or on a Jetson the onnxruntime-gpu of its JetPack."
RELEASED = datetime(2026, 11, 1, tzinfo=timezone.utc)
"""A clock that shows a time before this release is wrong."""

Outcome = Tuple[str, str, str]
Check = Callable[[], Outcome]


def examine(settings: Settings) -> Iterator[Finding]:
    """Run all checks, one after another; a check that fails does not stop the others."""
    identity = identity_of(settings)
    shown = dressed(settings, identity)
    for camera in settings.cameras:
        yield checked(f"camera {camera.name}", lambda camera=camera: _camera(camera))  # type: ignore[misc]
    checks: List[Tuple[str, Check]] = [
        *eyes(settings),
        ("model", lambda: _model(CLASSIFIER, settings)),
        ("tensorrt", lambda: _tensorrt(settings)),
        *brokers(shown),
        ("state", lambda: _state(settings)),
        *beside(settings, identity),
    ]
    for name, check in checks:
        yield checked(name, check)


def beside(settings: Settings, identity: Identity) -> List[Tuple[str, Check]]:
    """The checks that disturb nothing where an agent runs, by name."""
    return [
        *certificates(settings, identity),
        ("disk", lambda: _disk(settings.state_dir / settings.device)),
        ("updates", lambda: _updates(dressed(settings, identity))),
        ("orders", lambda: orders(settings)),
        ("clock", _clock),
        ("jtop", _jtop),
    ]


def identity_of(settings: Settings) -> Identity:
    """The device's certificate, wherever it lies."""
    return Identity(settings.identity, settings.device, settings.state_dir / settings.device)


def checked(name: str, check: Check) -> Finding:
    """What the check came to; an error is a finding, too."""
    try:
        state, found, remedy = check()
    except (AgentError, OSError) as error:
        state, found, remedy = FAILED, "does not work", str(error)
    return Finding(
        check=name[:NAME_CHARACTERS],
        state=state,
        found=printable(found)[:FOUND_CHARACTERS],
        remedy=printable(remedy)[:FOUND_CHARACTERS],
    )


def _camera(settings: CameraSettings) -> Outcome:
    camera = open_source(settings, once=True)
    try:
        camera.open()
        image = camera.read()
    finally:
        camera.close()
    if image is None:
        return WARNING, f"{settings.source} opened, but delivered no frame", "Check whether the source has ended."
    return OK, f"{settings.source} delivers {image.shape[1]}×{image.shape[0]} pixels", ""


def eyes(settings: Settings) -> List[Tuple[str, Check]]:
    """The checks of what finds the faces, by name: the models of the zoo, or dlib's landmarks."""
    if FINDER not in tasks_of(settings):
        return [("landmarks", lambda: _landmarks(settings))]
    return [(task, lambda task=task: _model(task, settings)) for task in (FINDER, LANDMARKER)]  # type: ignore[misc]


def _landmarks(settings: Settings) -> Outcome:
    path = landmarks_file(settings.faces)
    Landmarker(path)
    return OK, f"{path.name} loads. {LANDMARKS_LICENCE}", ""


def _model(task: str, settings: Settings) -> Outcome:
    network = of_the_settings(task, settings)
    found = f"{network.reference} runs on {network.provider} and passes its golden batch"
    if network.provider_fallback:
        return WARNING, found, f"There is a GPU, yet the CPU runs the model: {FOR_A_GPU}"
    return OK, found, ""


def _tensorrt(settings: Settings) -> Outcome:
    if TENSORRT not in settings.emotion.providers:
        return OK, "emotion.providers does not ask for it", ""
    ort = runtime()
    if TENSORRT not in ort.get_available_providers():
        if has_gpu():
            return WARNING, f"there is a GPU, and ONNX Runtime {ort.__version__} was built without it", FOR_A_GPU
        return OK, "there is no GPU, and nothing for one", ""
    lacking = libraries.missing(ort)
    if lacking:
        return WARNING, f"ONNX Runtime {ort.__version__} cannot load it: {lacking}", FOR_A_GPU
    return OK, f"ONNX Runtime {ort.__version__} loads it", ""


def certificates(settings: Settings, identity: Identity) -> List[Tuple[str, Check]]:
    """The check of what the device shows to broker and controller, where it shows a certificate."""
    named = (settings.identity.cert_file, settings.broker.cert_file, settings.update.cert_file)
    if not any(named) and not identity.file.exists():
        return []
    return [("certificate", lambda: _certificate(settings, identity))]


def _certificate(settings: Settings, identity: Identity) -> Outcome:
    said = [certificate.of_file(file) for file in in_use(settings, identity)]
    first = min(said, key=lambda each: each.ends)
    if first.has_expired(certificate.now()):
        return FAILED, ends(first), expired(first)
    if identity.complaint:
        return WARNING, ends(first), identity.complaint
    if certificate.now() >= first.due:
        return WARNING, ends(first), "The agent should have renewed it; its log says why it did not."
    return OK, f"{ends(first)}, and is renewed from {first.due:%Y-%m-%d} on", ""


def dressed(settings: Settings, identity: Identity) -> Settings:
    """The settings that show the identity; what is wrong with it is a finding of its own."""
    try:
        return identity.dressed(settings)
    except IdentityError:
        return settings


def brokers(settings: Settings) -> List[Tuple[str, Check]]:
    """The check of each broker that the agent may be at."""
    each = [settings.model_copy(update={"broker": broker}) for broker in settings.broker.each]
    names = ["broker"] if len(each) == 1 else [f"broker {one.broker.url}" for one in each]
    return [(name, lambda one=one: _broker(one)) for name, one in zip(names, each)]  # type: ignore[misc]


def _broker(settings: Settings) -> Outcome:
    url = settings.broker.url
    if _runs(settings):
        return (
            WARNING,
            f"{url} is not asked, for the agent runs, and a broker that gives each login one session would push it off",
            "Its log says how it is connected; to ask, stop it.",
        )
    answer = permission.ask(settings)
    if answer.fault:
        raise BrokerError(answer.fault)
    if answer.refused:
        refused = ", ".join(answer.refused)
        return FAILED, f"{url} does not take what is published on {refused}", "Allow it in the broker's access list."
    if not answer.told:
        return OK, f"{url} accepts the connection; with MQTT 3.1.1 it does not tell what it refuses to take", ""
    return OK, f"{url} accepts the connection and what the device publishes", ""


def _runs(settings: Settings) -> bool:
    try:
        StateFolder(settings.state_dir, settings.device).release()
    except InUseError:
        return True
    return False


def _state(settings: Settings) -> Outcome:
    folder = StateFolder(settings.state_dir, settings.device)
    folder.release()
    others = [p.parent.name for p in settings.state_dir.glob("*/spool.db") if p.parent.name != settings.device]
    if others:
        return WARNING, f"{folder.path} is ours", f"There are spools of other devices beside it: {', '.join(others)}."
    return OK, f"{folder.path} is ours", ""


def _disk(state_dir: Path) -> Outcome:
    free_mb = shutil.disk_usage(str(state_dir)).free // (1024 * 1024)
    if free_mb < LITTLE_DISK_MB:
        return WARNING, f"{free_mb} MB free in {state_dir}", "Make room, or lower spool.max_mb."
    return OK, f"{free_mb} MB free in {state_dir}", ""


def _updates(settings: Settings) -> Outcome:
    update = settings.update
    if not _has_keys(settings):
        return OK, "no key is set, so every update is refused", "To accept updates, set update.public_key."
    downloader = Downloader(update.model_copy(update={"retries": 0}))
    _keyring(settings).check()
    if update.controller_url is None:
        return WARNING, "the key is set, but no controller", "Give --controller, or deploy with full addresses."
    answer = downloader.manifest(HEALTH, threading.Event())
    return OK, f"{update.controller_url} answers ({len(answer)} bytes); its key is set", ""


def orders(settings: Settings) -> Outcome:
    """Whether orders must be signed, and until when the last one holds; raises RejectedError without usable keys."""
    if not _has_keys(settings):
        return OK, "none is obeyed, for no key is set", ""
    keyring = _keyring(settings)
    keyring.check()
    record = RecordFile(settings.state_dir / settings.device / UPDATE_FILE).load()
    trusted = record.trusted(keyring.trust, datetime.now(timezone.utc))
    if trusted is None or not trusted.signed_orders_alone:
        return OK, "orders are taken without a signature", "`fer-controller keys begin` makes the fleet's list of keys."
    found = f"signed orders alone are taken, by list of keys {trusted.keys_version}"
    if trusted.order_expires is None:
        return OK, f"{found}; there was none yet", ""
    found = f"{found}; the last one holds until {trusted.order_expires:%Y-%m-%d %H:%M} UTC"
    if trusted.order_expired:
        return WARNING, found, "Newer orders may be kept from this device: see that the controller and the broker run."
    return OK, found, ""


def _has_keys(settings: Settings) -> bool:
    return settings.update.public_key is not None or settings.update.keys_file is not None


def _keyring(settings: Settings) -> Keyring:
    """What is trusted, read beside a running agent."""
    return Keyring(settings.update, settings.state_dir / settings.device / KEYS_FILE, Downloader(settings.update))


def _clock() -> Outcome:
    now = datetime.now(timezone.utc)
    if now < RELEASED:
        return FAILED, f"{now:%Y-%m-%d %H:%M} UTC is before this release", "Set the clock; run chrony with makestep."
    synchronised = _output("timedatectl", "show", "--property=NTPSynchronized", "--value")
    if synchronised == "no":
        return WARNING, f"{now:%Y-%m-%d %H:%M:%S} UTC, not synchronised", "Run chrony or systemd-timesyncd."
    return OK, f"{now:%Y-%m-%d %H:%M:%S} UTC" + (", synchronised" if synchronised == "yes" else ""), ""


def _jtop() -> Outcome:
    if not Path("/etc/nv_tegra_release").exists():
        return OK, "this is not a Jetson; telemetry comes from /proc and /sys", ""
    if not Path("/run/jtop.sock").exists():
        return (
            WARNING,
            "the jtop service is not running",
            "pip install 'fer-agent[jetson]', then jtop --install-service.",
        )
    return OK, "the jtop service is running", ""


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, errors="replace", timeout=5, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
