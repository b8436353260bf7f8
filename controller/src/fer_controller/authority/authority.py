"""The authority's folder: a root that may be kept elsewhere, and what it lets issue certificates.

Each file is whole or not there, so that making the authority again completes one whose making was cut short.
"""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from fer_wire.whole_files import write_whole, written_whole

from fer_controller.authority import certificates as x509
from fer_controller.authority.certificates import Certificate, PrivateKey, PublicKey, Signatory, Subject
from fer_controller.errors import AuthorityError

ROOT, ISSUING = "root", "issuing"
DAYS = 3650
"""How long root and issuing certificate are valid: as long as the devices, more or less."""
OURS_ALONE, FOLDER_OURS_ALONE = 0o600, 0o700
MAKE = "`fer-controller ca make` makes one"


class Made(NamedTuple):
    """What was issued."""

    certificate: Certificate
    chain: bytes
    """The certificate and its issuer's (PEM), which a peer needs to find the root."""
    key: bytes = b""
    """Its private key (PEM), where it was made here."""


def make(folder: Path, root: Path, name: str, now: datetime) -> bool:
    """Make whatever is missing; False when nothing was. The root's key lies in a folder of its own, or in the same.

    Raises AuthorityError when the files cannot be written, or do not belong together.
    """
    try:
        for each in {folder, root}:
            each.mkdir(FOLDER_OURS_ALONE, parents=True, exist_ok=True)
        before = _names(folder) | _names(root)
        if not is_there(folder):
            _make_issuing(folder, _made_root(root, name, now), name, now)
        if not (folder / f"{ROOT}.crt").exists():
            write_whole(folder / f"{ROOT}.crt", x509.text(_certificate(root, ROOT)))
    except OSError as error:
        raise AuthorityError(
            f"The authority cannot be made: {error.filename or folder}: {error.strerror or error}."
        ) from error
    Authority(folder)
    return _names(folder) | _names(root) != before


def is_there(folder: Path) -> bool:
    """Whether an authority was made here."""
    return (folder / f"{ISSUING}.crt").exists()


def issuing_certificate(folder: Path) -> Certificate:
    """What the certificates of devices are signed with; raises AuthorityError."""
    return _certificate(folder, ISSUING)


def renew(folder: Path, root: Path, now: datetime) -> Certificate:
    """Issue the issuing certificate anew for the same key, so that all that it issued goes on to hold.

    Raises AuthorityError when the root's key is not there.
    """
    there = Authority(folder)
    top = _matched(there.root, root / f"{ROOT}.key")
    key, name = there.issuing.key, x509.name_of(there.issuing.certificate)
    renewed = x509.intermediate(top, key, name, now, DAYS)
    try:
        write_whole(folder / f"{ISSUING}.crt", x509.text(renewed))
    except OSError as error:
        raise AuthorityError(f"{folder / ISSUING}.crt cannot be written: {error.strerror or error}.") from error
    return renewed


class Authority:
    """Issues certificates; raises AuthorityError when it is not there, or what is there cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.root = _certificate(folder, ROOT)
        self.issuing = _signatory(folder, ISSUING)

    def issue(self, subject: Subject, now: datetime, days: int, request: bytes | None = None) -> Made:
        """A certificate for the key of a request, or for one that is made here."""
        key: PublicKey
        if request is not None:
            key, private = x509.requested_key(request), b""
        else:
            pair = x509.new_key()
            key, private = pair.public_key(), x509.key_text(pair)
        made = x509.leaf(self.issuing, subject, key, now, days)
        return Made(made, x509.text(made, self.issuing.certificate), private)


def _made_root(folder: Path, name: str, now: datetime) -> Signatory:
    key = _made_key(folder, ROOT)
    path = folder / f"{ROOT}.crt"
    if not path.exists():
        write_whole(path, x509.text(x509.root(key, f"{name} root", now, 2 * DAYS)))
    return _signatory(folder, ROOT)


def _make_issuing(folder: Path, root: Signatory, name: str, now: datetime) -> None:
    key = _made_key(folder, ISSUING)
    issued = x509.intermediate(root, key, f"{name} issuing", now, DAYS)
    write_whole(folder / f"{ISSUING}.crt", x509.text(issued))


def _made_key(folder: Path, name: str) -> PrivateKey:
    path = folder / f"{name}.key"
    if not path.exists():
        if (folder / f"{name}.crt").exists():
            raise AuthorityError(f"The key {path} is missing, but its certificate is there; put the key back.")
        with written_whole(path, OURS_ALONE, replace=False) as file:
            file.write(x509.key_text(x509.new_key()))
    return _key(path)


def _signatory(folder: Path, name: str) -> Signatory:
    return _matched(_certificate(folder, name), folder / f"{name}.key")


def _matched(certificate: Certificate, key_file: Path) -> Signatory:
    key = _key(key_file)
    if not x509.belong_together(certificate, key):
        raise AuthorityError(f"{key_file} is not the key of {x509.name_of(certificate)!r}; put the right one there.")
    return Signatory(certificate, key)


def _certificate(folder: Path, name: str) -> Certificate:
    path = folder / f"{name}.crt"
    try:
        return x509.read_certificate(path.read_bytes())
    except FileNotFoundError:
        raise AuthorityError(f"There is no authority in {folder}; {MAKE}.") from None
    except (OSError, ValueError) as error:
        raise AuthorityError(f"The certificate {path} cannot be used ({error}); put the right one there.") from error


def _key(path: Path) -> PrivateKey:
    try:
        return x509.read_key(path.read_bytes())
    except FileNotFoundError:
        raise AuthorityError(f"The key {path} is not there; bring it back from where it is kept.") from None
    except (OSError, ValueError) as error:
        raise AuthorityError(f"The key {path} cannot be used ({error}); put the right one there.") from error


def _names(folder: Path) -> set[Path]:
    return set(folder.iterdir())
