"""fer-controller enroll."""

import sys
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated

import typer

from fer_controller.cli import options

if TYPE_CHECKING:
    from fer_controller.settings import Settings
    from fer_controller.store.database import Database


def enroll(
    devices: Annotated[list[str], typer.Argument(metavar="DEVICE…", help="The names that their agents use.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Make another token for a device that has one; the former is void.")
    ] = False,
    expires: options.Expires = None,
    revoke: Annotated[
        bool, typer.Option("--revoke", help="Revoke the tokens; the devices can fetch nothing more.")
    ] = False,
    db: options.Db = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Make the token with which a device fetches models; it is shown once. One that is there is left alone."""
    from fer_controller.registry import tokens
    from fer_controller.rollout import audit
    from fer_controller.store.audit.store import AuditStore
    from fer_controller.store.credentials.store import TokenStore
    from fer_controller.store.devices.store import DeviceStore

    expires_at = options.expiry(expires)
    names = [tokens.checked(device) for device in devices]
    with _opened(options.here("enroll", db, config), create=not revoke) as database, database.transaction():
        store, log, actor = TokenStore(database), AuditStore(database, audit.HERE), audit.operator()
        made: dict[str, str] = {}
        for device in names:
            if revoke:
                tokens.revoke(store, device)
                log.append([audit.act(audit.REVOKED, f"{actor} revokes the token of {device}.", actor, device=device)])
            else:
                made[device] = tokens.make(store, device, replace=replace, expires_at=expires_at)
                until = f", until {expires_at}," if expires_at else ""
                again = " and takes it in again" if DeviceStore(database).readmit(device) else ""
                sentence = f"{actor} makes a token for {device}{until}{again}."
                log.append([audit.act(audit.ENROLLED, sentence, actor, device=device)])
    for device in names if revoke else ():
        _say({"device": device, "revoked": True}, f"{device} can fetch nothing more.", as_json=json_)
    for device, token in made.items():
        # One alone, so that $(fer-controller enroll DEVICE) is the token.
        _say({"device": device, "token": token}, token if len(made) == 1 else f"{device} {token}", as_json=json_)
    if made and not json_:
        sys.stderr.write(
            "Give it to the device's agent as update.token (FER_AGENT_UPDATE__TOKEN); it is not shown again.\n"
        )


def _opened(settings: "Settings", *, create: bool) -> "AbstractContextManager[Database]":
    from fer_controller.store import opening

    return opening.created(settings.db) if create else opening.writer(settings.db)


def _say(document: dict[str, object], text: str, *, as_json: bool) -> None:
    if as_json:
        options.print_line(document)
    else:
        print(text, flush=True)
