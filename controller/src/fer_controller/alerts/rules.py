"""The rules: what each finds in the fleet, how long that has to last, and how it is said of many."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from fer_controller.alerts.view import View
from fer_controller.ingest.devices import OFFLINE, STALE
from fer_controller.metrics.catalogue import LEAST_FACE_SHARE, METRICS
from fer_controller.rollout.transitions import AWAITING_APPROVAL, FAILED, PAUSED, ROLLED_BACK, ROLLING_BACK
from fer_controller.settings import AlertSettings
from fer_controller.store.certificates.records import DEVICE

TURNED_BACK = (ROLLING_BACK, ROLLED_BACK, FAILED)
NEWS_FOR = timedelta(days=1)
"""A rollout that was turned back is an alert for so long, or until the next of its task begins."""
LEAST_OF_LIFE = 0.25
"""Agents renew their certificates when a third of its life is left."""
FEWEST = 3
"""Devices, or days, from which something follows for all."""
NO_FACES = 0.1
"""Of what was seen on the poorest of the earlier days."""
HOTTEST = next(metric for metric in METRICS if metric.column == "temperature_c")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found; the subject is empty for the fleet as a whole."""

    subject: str
    sentence: str
    device: str = ""
    rollout: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What is looked for."""

    name: str
    title: str
    find: Callable[[View, AlertSettings], Iterator[Finding]]
    lasting_s: Callable[[AlertSettings], float]
    setting: str
    """Of alerts, the one that turns it off and, where it is a limit, says from where on."""
    many: str
    """How it is said of many at once, after their number; empty where there is one at most."""
    shared: str = ""
    """What may be behind it where half of the fleet is found at once."""
    measured: bool = False
    """Whether devices measure it: while one is offline, it is not known whether it is over."""


def _offline(view: View, settings: AlertSettings) -> Iterator[Finding]:
    for each in view.devices if settings.offline_for_s else ():
        state = view.states[each.device]
        if state == OFFLINE:
            why = f": {each.reason}" if each.reason else ""
            yield Finding(each.device, f"{each.device} is offline since {each.since}{why}.", each.device)
        elif state == STALE:
            yield Finding(each.device, f"{each.device} is silent since {each.last_seen}.", each.device)


def _rollouts(view: View, settings: AlertSettings) -> Iterator[Finding]:
    newest: set[str] = set()
    for each in view.rollouts if settings.rollouts else ():
        is_newest = each.task not in newest
        newest.add(each.task)
        turned_back = each.state in TURNED_BACK and is_newest and _is_news(each.ended_at, view.now)
        if each.state == PAUSED or turned_back:
            why = f": {each.reason.rstrip('.')}" if each.reason else ""
            words = each.state.replace("_", " ")
            yield Finding(each.id, f"Rollout {each.id} of {each.model} is {words}{why}.", rollout=each.id)


def _approvals(view: View, settings: AlertSettings) -> Iterator[Finding]:
    for each in view.rollouts if settings.approvals else ():
        if each.state == AWAITING_APPROVAL:
            sentence = f"Rollout {each.id} of {each.model}, by {each.created_by}, awaits approval."
            yield Finding(each.id, sentence, rollout=each.id)


def _is_news(ended_at: str, now: datetime) -> bool:
    return not ended_at or now - datetime.fromisoformat(ended_at) < NEWS_FOR


def _spools(view: View, settings: AlertSettings) -> Iterator[Finding]:
    for name, heard in view.heard.items():
        waiting = heard.said.spool.pending_events
        if settings.spool_events and waiting >= settings.spool_events:
            yield Finding(name, f"{waiting:,} events wait in the spool of {name}.", name)


def _disks(view: View, settings: AlertSettings) -> Iterator[Finding]:
    for name, heard in view.heard.items():
        free_mb = heard.said.host.disk_free_mb
        if settings.limits.is_nearly_full(free_mb):
            yield Finding(name, f"The disk of {name} has {free_mb:,.0f} MB left.", name)


def _heat(view: View, settings: AlertSettings) -> Iterator[Finding]:
    for name, heard in view.heard.items():
        hottest_c = HOTTEST.of(heard.said)
        if settings.limits.is_hot(hottest_c):
            yield Finding(name, f"{name} has {hottest_c:.0f} °C.", name)


def _cameras(view: View, settings: AlertSettings) -> Iterator[Finding]:
    for name, heard in view.heard.items() if settings.cameras else ():
        for camera in heard.said.cameras:
            words = [word for word, told in (("frozen", camera.frozen), ("dark", camera.dark)) if told]
            if words:
                sentence = f"The camera {camera.camera} of {name} is {' and '.join(words)}."
                yield Finding(f"{name}/{camera.camera}", sentence, name)


def _certificates(view: View, settings: AlertSettings) -> Iterator[Finding]:
    soon = timedelta(days=settings.certificate_days)
    for each in view.certificates if soon else ():
        ends, made = datetime.fromisoformat(each.expires_at), datetime.fromisoformat(each.made_at)
        device = each.holder if each.role == DEVICE else ""
        if ends - view.now < min(soon, (ends - made) * LEAST_OF_LIFE) and (not device or device in view.states):
            sentence = f"The certificate of the {each.role} {each.holder} ends at {each.expires_at}."
            yield Finding(f"{each.role} {each.holder}", sentence, device)
    if soon and view.authority_ends is not None and view.authority_ends - view.now < soon:
        yield Finding("authority", "The fleet's authority ends soon, and all that it issued; run `ca renew`.")


def _ingest(view: View, settings: AlertSettings) -> Iterator[Finding]:
    late_s = [
        (datetime.fromisoformat(each.received_at) - each.said.time).total_seconds() for each in view.heard.values()
    ]
    if settings.ingest_behind_s and len(late_s) >= FEWEST and median(late_s) > settings.ingest_behind_s:
        yield Finding("ingest", f"What devices send is stored {median(late_s):.0f} s late; half of it is later.")


def _faces(view: View, _settings: AlertSettings) -> Iterator[Finding]:
    now, *earlier = view.faces or [{}]
    for name, share in now.items():
        before = [day[name] for day in earlier if name in day]
        if len(before) < FEWEST or name not in view.heard:
            continue
        poorest = min(before)
        if poorest >= LEAST_FACE_SHARE and share < NO_FACES * poorest:
            yield Finding(
                name,
                f"{name} saw faces in {share:.1%} of its frames in the last two hours; on {len(before)} earlier days "
                f"in at least {poorest:.0%}.",
                name,
            )


def _lasting(settings: AlertSettings) -> float:
    return settings.lasting_s


def _at_once(_settings: AlertSettings) -> float:
    return 0.0


RULES: tuple[Rule, ...] = (
    Rule(
        "offline",
        "Device offline",
        _offline,
        lambda settings: settings.offline_for_s,
        "offline_for_s",
        "devices are offline or silent",
        shared="the broker or the ingest may be what is away",
    ),
    Rule(
        "rollout",
        "Rollout paused or turned back",
        _rollouts,
        _at_once,
        "rollouts",
        "rollouts are paused or turned back",
    ),
    Rule("approval", "Rollout awaits approval", _approvals, _at_once, "approvals", "rollouts await approval"),
    Rule("spool", "Spool growing", _spools, _lasting, "spool_events", "devices have spools that fill", measured=True),
    Rule(
        "disk",
        "Disk nearly full",
        _disks,
        _lasting,
        "disk_free_mb",
        "devices have little disk space left",
        measured=True,
    ),
    Rule("heat", "Device too hot", _heat, _lasting, "temperature_c", "devices are too hot", measured=True),
    Rule("camera", "Camera frozen or dark", _cameras, _lasting, "cameras", "cameras are frozen or dark", measured=True),
    Rule("certificate", "Certificate ends soon", _certificates, _at_once, "certificate_days", "certificates end soon"),
    Rule("ingest", "Ingest behind", _ingest, _lasting, "ingest_behind_s", ""),
    Rule("faces", "No faces", _faces, _at_once, "faces_days", "devices see no faces any more", measured=True),
)
BY_NAME = {rule.name: rule for rule in RULES}
