"""fer-controller ca: make, show, renew, server, service, list, crl."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from fer_terminal.choosing import Choice
from fer_terminal.columns import ID, TIME, WORDS, Column
from fer_terminal.options import with_choice
from fer_wire.message import iso_utc
from fer_wire.names import PROGRAMS

from fer_controller.cli import options
from fer_controller.cli.issued_files import Csr, IssuedFiles, Out

if TYPE_CHECKING:
    from fer_controller.authority.authority import Authority
    from fer_controller.authority.certificates import Certificate
    from fer_controller.desk.enrolling import Enrolling
    from fer_controller.settings import Settings
    from fer_controller.store.certificates.records import Issued

ISSUED = (
    Column("holder"), Column("role", 3), Column("made", 4, TIME), Column("expires", kind=TIME), Column("by", 5),
    Column("number", 2, ID),
)  # fmt: skip
SHOWN = (Column("certificate"), Column("name", 2), Column("expires", kind=TIME), Column("SHA-256", 3, WORDS))

app = typer.Typer(no_args_is_help=True, help="The fleet's own certificate authority: a device is its certificate.")

Root = Annotated[
    Path | None,
    typer.Option(
        "--root",
        help="The folder of the root's key, which may be on a medium that is locked away afterwards; by default the "
        "authority's own.",
    ),
]


@app.command()
def make(
    name: Annotated[str, typer.Option(help="What the fleet is called in its certificates.")] = "Light-FER Fleet",
    root: Root = None,
    db: options.Db = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Make the authority: a root, and what it lets issue certificates. One that is there is left as it is."""
    from fer_controller.authority import authority
    from fer_controller.rollout import audit
    from fer_controller.store import opening
    from fer_controller.store.subjects import Subjects

    settings = options.here("ca make", db, config)
    folder = settings.authority_folder
    with opening.created(settings.db) as database:
        if authority.make(folder, root or folder, name, datetime.now(UTC)):
            actor = audit.operator()
            entry = audit.act(audit.AUTHORITY_MADE, f"{actor} makes the fleet's authority in {folder}.", actor)
            Subjects(database, audit.HERE).audit.append([entry])
    _write_list(settings)
    _show(authority.Authority(folder), settings, as_json=json_)


@app.command()
def renew(root: Root = None, db: options.Db = None, config: options.Config = None, json_: options.Json = False) -> None:
    """Issue the issuing certificate anew with the root's key; what it issued so far goes on to hold."""
    from fer_controller.authority import authority
    from fer_controller.rollout import audit
    from fer_controller.store import opening
    from fer_controller.store.audit.store import AuditStore

    settings, actor = options.here("ca renew", db, config), audit.operator()
    folder = settings.authority_folder
    with opening.created(settings.db) as database:
        authority.renew(folder, root or folder, datetime.now(UTC))
        entry = audit.act(audit.AUTHORITY_RENEWED, f"{actor} renews the fleet's authority in {folder}.", actor)
        AuditStore(database, audit.HERE).append([entry])
    _write_list(settings)
    _show(authority.Authority(folder), settings, as_json=json_)


@app.command()
def show(db: options.Db = None, config: options.Config = None, json_: options.Json = False) -> None:
    """The authority's certificates, and how long they are valid."""
    from fer_controller.authority.authority import Authority

    settings = options.here("ca show", db, config)
    _show(Authority(settings.authority_folder), settings, as_json=json_)


@app.command()
def server(
    addresses: Annotated[
        list[str], typer.Argument(metavar="ADDRESS…", help="Host names and IP addresses at which it is reached.")
    ],
    out: Out = None,
    csr: Csr = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the key that lies in the folder.")] = False,
    db: options.Db = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Make the certificate of a broker or of a controller's HTTPS; its name is the first address."""
    from fer_controller.rollout import audit

    with _enrolling("ca server", db, config) as (enrolling, authority):
        files = IssuedFiles(addresses[0], out, csr, replace=replace)
        made = enrolling.server(addresses, audit.operator(), datetime.now(UTC), files.request)
        files.put(made, authority, as_json=json_)


@app.command()
def service(
    name: Annotated[str, typer.Argument(help=f"Its login at the broker: {', '.join(PROGRAMS)}.")],
    out: Out = None,
    csr: Csr = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the key that lies in the folder.")] = False,
    db: options.Db = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Make the certificate with which a program of the fleet's own logs in at the broker."""
    from fer_controller.rollout import audit

    if name not in PROGRAMS:
        raise typer.BadParameter(f"{name} is not one of {', '.join(PROGRAMS)}; `enroll` makes those of devices.")
    with _enrolling("ca service", db, config) as (enrolling, authority):
        files = IssuedFiles(name, out, csr, replace=replace)
        files.put(enrolling.service(name, audit.operator(), datetime.now(UTC), files.request), authority, as_json=json_)


@app.command("list")
@with_choice(ISSUED)
def list_(choice: Choice, db: options.Db = None, config: options.Config = None, json_: options.Json = False) -> None:
    """The certificates that were issued: whose, until when, and whether they are revoked."""
    from fer_controller.store import opening
    from fer_controller.store.certificates.store import CertificateStore
    from fer_controller.store.database import named

    with opening.writer(options.here("ca list", db, config).db) as database:
        found = CertificateStore(database).all()
    now = iso_utc(datetime.now(UTC))
    rows = [(each.holder, each.role, each.made_at, _end(each, now), each.made_by, each.serial) for each in found]
    empty = "No certificate was issued yet; `fer-controller enroll DEVICE --out` makes one."
    options.print_chosen(ISSUED, rows, [dict(named(each)) for each in found], choice, empty, json_=json_)


@app.command()
def crl(db: options.Db = None, config: options.Config = None, json_: options.Json = False) -> None:
    """Write the list of revoked certificates now; a controller that runs does so within a second."""
    settings = options.here("ca crl", db, config)
    changed = _write_list(settings)
    if json_:
        options.print_line({"crl_file": str(settings.crl_file), "changed": changed})
    else:
        print(f"{settings.crl_file} {'is written' if changed else 'was current'}.", flush=True)


@contextmanager
def _enrolling(command: str, db: str | None, config: Path | None) -> "Iterator[tuple[Enrolling, Authority]]":
    from fer_controller.authority.authority import Authority
    from fer_controller.desk.enrolling import Enrolling
    from fer_controller.rollout import audit
    from fer_controller.store import opening
    from fer_controller.store.subjects import Subjects

    settings = options.here(command, db, config)
    authority = Authority(settings.authority_folder)
    with opening.created(settings.db) as database:
        yield Enrolling(Subjects(database, audit.HERE), authority, settings.authority), authority


def _write_list(settings: "Settings") -> bool:
    from fer_controller.authority.revocations import RevocationList
    from fer_controller.store import opening
    from fer_controller.store.certificates.store import CertificateStore

    with opening.writer(settings.db) as database:
        listed = RevocationList(settings.authority_folder, settings.crl_file, CertificateStore(database))
        return listed.refresh()


def _show(authority: "Authority", settings: "Settings", *, as_json: bool) -> None:
    from fer_terminal.listing import print_list

    described = {"root": _described(authority.root), "issuing": _described(authority.issuing.certificate)}
    if as_json:
        places = {"folder": str(settings.authority_folder), "crl_file": str(settings.crl_file)}
        options.print_line({**places, **described})
        return
    print_list(SHOWN, [(kind, *told.values()) for kind, told in described.items()], empty="")


def _described(certificate: "Certificate") -> dict[str, str]:
    from fer_controller.authority import certificates as x509

    return {
        "name": x509.name_of(certificate),
        "expires_at": iso_utc(certificate.not_valid_after_utc),
        "sha256": x509.fingerprint(certificate),
    }


def _end(issued: "Issued", now: str) -> str:
    if issued.revoked_at:
        return f"revoked {issued.revoked_at}"
    return f"{issued.expires_at}, expired" if issued.expires_at <= now else issued.expires_at
