"""fer-controller devices: forget, revoke, tokens, and what is asked of one device."""

from typing import Annotated

import typer
from fer_terminal.choosing import Choice
from fer_terminal.columns import Column
from fer_terminal.options import with_choice

from fer_controller.cli import commands, looks, options
from fer_controller.cli.completions import DEVICES
from fer_controller.operations.fleet import FORGET, REVOKE, ForgetRequest, RevokeRequest

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

app = typer.Typer(invoke_without_command=True, callback=looks.command(looks.DEVICES), help=looks.DEVICES.help)
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
    reason: Annotated[str, typer.Option(help="Why, for the audit log; at most 200 characters.")] = "",
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
                done = desk.ask(REVOKE, RevokeRequest(device=device, reason=reason[:200]))
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
