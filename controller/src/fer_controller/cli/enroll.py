"""fer-controller enroll."""

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fer_controller.cli import options
from fer_controller.cli.completions import DEVICES
from fer_controller.cli.issued_files import Csr, IssuedFiles, Out

if TYPE_CHECKING:
    from fer_controller.settings import Settings
    from fer_controller.store.database import Database
    from fer_controller.store.subjects import Subjects


def enroll(
    devices: Annotated[
        list[str], typer.Argument(metavar="DEVICE…", autocompletion=DEVICES, help="The names that their agents use.")
    ],
    out: Out = None,
    csr: Csr = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Make another one for a device that is enrolled; the former is void."),
    ] = False,
    expires: options.Expires = None,
    revoke: Annotated[
        bool, typer.Option("--revoke", help="Revoke tokens and certificates; the devices can fetch nothing more.")
    ] = False,
    db: options.Db = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Give a device its certificate (--out, --csr), or the token with which it fetches models, which is shown once."""
    if out is None and csr is None:
        _tokens(devices, options.expiry(expires), options.here("enroll", db, config), replace, revoke, as_json=json_)
    elif revoke or expires is not None:
        raise typer.BadParameter("--revoke and --expires do not go with --out and --csr; see authority.device_days.")
    elif csr is not None and len(devices) > 1:
        raise typer.BadParameter("--csr is the request of one device; name that device alone.")
    else:
        _certificates(devices, out, csr, options.here("enroll", db, config), replace=replace, as_json=json_)


def _certificates(
    devices: list[str], out: Path | None, csr: Path | None, settings: "Settings", *, replace: bool, as_json: bool
) -> None:
    from datetime import UTC, datetime

    from fer_controller.authority.authority import Authority
    from fer_controller.desk.enrolling import Enrolling
    from fer_controller.registry import tokens
    from fer_controller.rollout import audit
    from fer_controller.store.subjects import Subjects

    authority = Authority(settings.authority_folder)
    files = [IssuedFiles(tokens.checked(device), out, csr, replace=replace) for device in devices]
    with _opened(settings, create=True) as database:
        enrolling = Enrolling(Subjects(database, audit.HERE), authority, settings.authority)
        for device, places in zip(devices, files, strict=True):
            made = enrolling.device(device, audit.operator(), datetime.now(UTC), places.request, replace=replace)
            places.put(made, authority, as_json=as_json)


def _tokens(
    devices: list[str], expires_at: str, settings: "Settings", replace: bool, revoke: bool, *, as_json: bool
) -> None:
    from fer_controller.registry import tokens
    from fer_controller.rollout import audit
    from fer_controller.store.subjects import Subjects

    names, made = [tokens.checked(device) for device in devices], dict[str, str]()
    with _opened(settings, create=not revoke) as database, database.transaction():
        known, actor = Subjects(database, audit.HERE), audit.operator()
        for device in names:
            if revoke:
                _revoke(known, device, actor)
                continue
            made[device] = tokens.make(known.tokens, device, replace=replace, expires_at=expires_at)
            until = f", until {expires_at}," if expires_at else ""
            again = " and takes it in again" if known.devices.readmit(device) else ""
            sentence = f"{actor} makes a token for {device}{until}{again}."
            known.audit.append([audit.act(audit.ENROLLED, sentence, actor, device=device)])
    for device in names if revoke else ():
        _say({"device": device, "revoked": True}, f"{device} can fetch nothing more.", as_json=as_json)
    for device, token in made.items():
        # One alone, so that $(fer-controller enroll DEVICE) is the token.
        _say({"device": device, "token": token}, token if len(made) == 1 else f"{device} {token}", as_json=as_json)
    if made and not as_json:
        sys.stderr.write(
            "Give it to the device's agent as update.token (FER_AGENT_UPDATE__TOKEN); it is not shown again.\n"
        )


def _revoke(known: "Subjects", device: str, actor: str) -> None:
    from datetime import UTC, datetime

    from fer_wire.message import iso_utc

    from fer_controller.registry import tokens
    from fer_controller.rollout import audit

    what = "certificate" if known.certificates.revoke(device, iso_utc(datetime.now(UTC))) else "token"
    if what == "token" or known.tokens.of_device(device):
        tokens.revoke(known.tokens, device)
    known.audit.append([audit.act(audit.REVOKED, f"{actor} revokes the {what} of {device}.", actor, device=device)])


def _opened(settings: "Settings", *, create: bool) -> "AbstractContextManager[Database]":
    from fer_controller.store import opening

    return opening.created(settings.db) if create else opening.writer(settings.db)


def _say(document: dict[str, object], text: str, *, as_json: bool) -> None:
    if as_json:
        options.print_line(document)
    else:
        print(text, flush=True)
