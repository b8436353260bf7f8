"""fer-controller devices: the list of them, forget, revoke, tokens, and what is asked of one device."""

from collections.abc import Iterable
from typing import Annotated

import typer
from fer_terminal import tones
from fer_terminal.choosing import Choice
from fer_terminal.columns import FIGURE, TIME, WORDS, Cell, Column, Row
from fer_terminal.options import with_choice
from fer_wire.contracts import FINDER

from fer_controller.cli import commands, looks, options
from fer_controller.cli.completions import DEVICES
from fer_controller.ingest.devices import off_by
from fer_controller.operations import fleet
from fer_controller.operations.device import DEVICE_ROLLOUTS, DeviceRolloutAnswer, DeviceRolloutsQuery
from fer_controller.operations.fleet import FORGET, REVOKE, DeviceAnswer, ForgetRequest, RevokeRequest
from fer_controller.operations.operation import MOST_ROWS

AT_THE_BROKER = """\
The controller takes nothing more from {device}, and gives it nothing. The broker lets it in until you tell it not to:
  {how}
What else it knew, and how it comes back: docs/howto/a-stolen-device.md"""

ENDS_LOGIN = """\
mosquitto_passwd -D /etc/mosquitto/fer.passwd {device}     (delete its login)
  take what names it out of /etc/mosquitto/fer.acl, if anything does
  systemctl reload mosquitto                                 (cuts off whoever uses that login)"""
READS_LIST = """\
give Mosquitto the list of revoked certificates            (fer-crl.path does so by itself, where it is installed)
  systemctl restart mosquitto                                (a reload leaves open connections as they are)"""

NAMES = "DEVICE…"
TOKENS = (Column("device"), *options.LIFE)
ROLLOUTS = (
    Column("rollout"), Column("brings"), Column("state"), Column("was to run", 5), Column("ran before", 4),
    Column("changed", 2, TIME), Column("by", 6), Column("why", 3, WORDS),
)  # fmt: skip
DAY = len("2027-01-31")
TONES = {"online": tones.GOOD, "stale": tones.BEWARE, "offline": tones.BAD}


def _devices(known: list[DeviceAnswer]) -> Iterable[Row]:
    for each in known:
        models = "\n".join(filter(None, (each.model, each.eyes.get(FINDER))))
        notes = filter(None, (_revoked(each), each.reason, _clock(each), each.blind))
        yield (
            each.device, _standing(each), _let_in_by(each), each.since, each.last_seen, each.agent_version, models,
            each.provider, each.dropped_events or None, "\n".join(notes),
        )  # fmt: skip


def _standing(device: DeviceAnswer) -> Cell:
    return (fleet.REVOKED, tones.BAD) if device.revoked_at else (device.state, TONES.get(device.state, tones.QUIET))


def _let_in_by(device: DeviceAnswer) -> Cell:
    certificate, day = device.certificate, (device.certificate_expires_at or "")[:DAY]
    words = {
        fleet.VALID: f"certificate until {day}",
        fleet.EXPIRED: f"certificate that expired {day}",
        fleet.REVOKED: "certificate that was revoked",
    }
    has = [words.get(certificate or ""), "token" if device.has_token else None]
    tone = tones.BAD if certificate in (fleet.EXPIRED, fleet.REVOKED) else tones.PLAIN
    return " and ".join(filter(None, has)), tone


def _revoked(device: DeviceAnswer) -> str:
    return f"revoked at {device.revoked_at} by {device.revoked_by}" if device.revoked_at else ""


def _clock(device: DeviceAnswer) -> str:
    return f"its clock is {off_by(device.clock_offset_s)}" if device.clock_offset_s else ""


LIST = looks.Look(
    fleet.DEVICES,
    "The devices of the fleet: online, stale (online, but silent) or offline; how each authenticates; its models.",
    (
        Column("device"),
        Column("state"),
        Column("let in by", 6, WORDS),
        Column("since", 5, TIME),
        Column("last seen", 2, TIME),
        Column("agent", 7),
        Column("models", 4, WORDS),
        Column("provider", 9),
        Column("dropped", 8, FIGURE),
        Column("notes", 3, WORDS),
    ),
    _devices,
    "No device has been heard of yet.",
)


def _rollouts(found: list[DeviceRolloutAnswer]) -> Iterable[Row]:
    for each in found:
        yield (
            each.rollout, each.change, each.state, each.model, each.previous, each.updated_at, each.created_by,
            each.reason,
        )  # fmt: skip


app = typer.Typer(invoke_without_command=True, callback=looks.command(LIST), help=LIST.help)
commands.add_to(app)


@app.command()
def forget(
    devices: Annotated[
        list[str], typer.Argument(metavar=NAMES, autocompletion=DEVICES, help="Devices that are offline for good.")
    ],
    delete_events: Annotated[
        bool, typer.Option("--delete-events", help="Delete their events and telemetry, too; by default they stay.")
    ] = False,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Take devices out of the fleet: names, labels, tokens and certificates, and what the broker retains of them."""
    from fer_controller.errors import RequestError

    with options.desk(db, url, config) as desk:
        for device in devices:
            try:
                done = desk.ask(FORGET, ForgetRequest(device=device, delete_events=delete_events))
            except RequestError as error:
                raise typer.BadParameter(str(error)) from error
            if json_:
                options.print_answer(done)
            else:
                what = "deleted" if done.deleted else "kept"
                print(f"{device} is forgotten; its {done.events:,} events are {what}.", flush=True)


@app.command()
def revoke(
    devices: Annotated[
        list[str],
        typer.Argument(metavar=NAMES, autocompletion=DEVICES, help="Devices that were stolen or broken into."),
    ],
    reason: options.Reason = "",
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Take devices out at once: credentials, orders, and whatever they send, until `enroll` takes them in again."""
    from fer_controller.errors import RequestError

    with options.desk(db, url, config) as desk:
        for device in devices:
            try:
                done = desk.ask(REVOKE, RevokeRequest(device=device, reason=reason))
            except RequestError as error:
                raise typer.BadParameter(str(error)) from error
            if json_:
                options.print_answer(done)
            else:
                what = "its token is void" if done.had_token else "it had no token"
                how = READS_LIST if done.certificates else ENDS_LOGIN.format(device=device)
                listed = f" Certificates that are revoked: {done.certificates}." if done.certificates else ""
                broker = AT_THE_BROKER.format(device=device, how=how)
                print(f"{device} is revoked; {what}.{listed}\n{broker}", flush=True)


@app.command()
@with_choice(ROLLOUTS)
def rollouts(
    device: Annotated[str, typer.Argument(metavar="DEVICE", autocompletion=DEVICES, help="The device's name.")],
    choice: Choice,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """The rollouts that a device was in, the newest first: what each brought, and how the device fared."""
    with options.desk(db, url, config) as desk:
        found = desk.ask(DEVICE_ROLLOUTS, DeviceRolloutsQuery(device=device, limit=MOST_ROWS))
    documents = [each.document() for each in found]
    options.print_chosen(ROLLOUTS, list(_rollouts(found)), documents, choice, "It was in no rollout.", json_=json_)


@app.command("tokens")
@with_choice(TOKENS)
def tokens_(choice: Choice, db: options.Db = None, config: options.Config = None, json_: options.Json = False) -> None:
    """Devices' tokens: when each was made, expires and was last used; the tokens cannot be read any more."""
    from fer_controller.store import opening
    from fer_controller.store.credentials.store import TokenStore

    with opening.writer(options.here("devices tokens", db, config).db) as database:
        found = TokenStore(database).enrolled()
    documents = [{"device": each.holder, **options.life(each)} for each in found]
    rows = [(each.holder, *options.life_cells(each)) for each in found]
    empty = "No device has a token yet; `fer-controller enroll DEVICE` makes one."
    options.print_chosen(TOKENS, rows, documents, choice, empty, json_=json_)
