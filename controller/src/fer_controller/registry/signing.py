"""Ed25519 keys: made, read, and used; here cryptography is imported for signatures."""

import subprocess
from base64 import b64decode, b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from fer_wire.keys import SIGNATURE_BYTES
from fer_wire.signed import SignedForm
from fer_wire.whole_files import write_whole, written_whole

from fer_controller.errors import RegistryError

PRIVATE_FILE = "signing.key"
PUBLIC_FILE = "signing.pub"
OURS_ALONE = 0o600
NO_KEY = (ValueError, TypeError, UnsupportedAlgorithm)
COMMAND_TIMEOUT_S = 30.0
SAID_CHARACTERS = 200


class Signer(Protocol):
    """Whoever holds a private key."""

    public: str
    """The public key, base64 of its 32 bytes (RFC 8032, 5.1.5)."""

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes; raises RegistryError when there is none to be had."""


class SigningKey:
    """A private key in a file (PEM); raises RegistryError when there is none."""

    def __init__(self, path: Path) -> None:
        self._key = _read_private(path)
        self.public = _text(self._key.public_key())

    def sign(self, message: bytes) -> bytes:
        """The signature."""
        return self._key.sign(message)


class SignCommand:
    """A private key elsewhere: a program is given the message on its standard input, and prints the signature.

    It prints 64 bytes, or their base64. What it prints is verified, so that a wrong key is told here.
    """

    def __init__(self, words: Sequence[str], public: str) -> None:
        self._words, self.public = tuple(words), public

    def sign(self, message: bytes) -> bytes:
        """The signature; raises RegistryError when the program fails, is silent for too long, or has another key."""
        try:
            done = subprocess.run(
                self._words, input=message, capture_output=True, timeout=COMMAND_TIMEOUT_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise self._fault(getattr(error, "strerror", None) or f"no answer in {COMMAND_TIMEOUT_S:g} s") from error
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()[-SAID_CHARACTERS:]
            raise self._fault(f"exit status {done.returncode}{': ' + said if said else ''}")
        signature = _signature(done.stdout)
        if not verifies(b64decode(self.public), signature, message):
            raise self._fault(f"what it prints is no signature by the key in {PUBLIC_FILE}")
        return signature

    def _fault(self, reason: str) -> RegistryError:
        return RegistryError(
            f"The command that signs, {self._words[0]}, does not sign ({reason}); correct registry.sign_command."
        )


def signer(folder: Path, command: Sequence[str] = ()) -> Signer:
    """Who signs for this registry: its own key, or the command; raises RegistryError where neither can."""
    public = public_text(folder / PUBLIC_FILE)
    if command:
        return SignCommand(command, public)
    key = SigningKey(folder / PRIVATE_FILE)
    if key.public != public:
        raise RegistryError(
            f"{folder / PUBLIC_FILE} does not belong to {PRIVATE_FILE} beside it; "
            "run `fer-controller models keygen` to write it again."
        )
    return key


def make_keys(folder: Path, *, force: bool = False) -> bool:
    """Make both keys in the folder; False when they existed, and at most the public key was rewritten.

    An existing private key is replaced only with force. Raises RegistryError when the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = make_private(folder / PRIVATE_FILE, replace=force)
        write_public(folder)
    except OSError as error:
        raise RegistryError(f"The keys cannot be written to {folder}: {error.strerror or error}.") from error
    return made


def make_private(path: Path, *, replace: bool = False) -> bool:
    """Make a private key for its owner alone; False when there is one, and it is not to be replaced. Raises OSError."""
    if path.exists() and not replace:
        return False
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        with written_whole(path, OURS_ALONE, replace=replace) as file:
            file.write(pem)
    except FileExistsError:
        return False
    return True


def write_public(folder: Path) -> None:
    """Write the public key of the folder's private one, unless it is there; raises OSError."""
    pem = (
        _read_private(folder / PRIVATE_FILE).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    path = folder / PUBLIC_FILE
    if not path.exists() or path.read_bytes() != pem:
        write_whole(path, pem)


def public_text(path: Path) -> str:
    """A public key in a file (PEM) as base64; raises RegistryError when there is none."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except FileNotFoundError:
        raise _missing(path) from None
    except (*NO_KEY, OSError) as error:
        raise _unusable(path, error) from error
    if not isinstance(key, Ed25519PublicKey):
        raise _unusable(path, "it is not an Ed25519 key")
    return _text(key)


def verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the public key proves the signature of a message (RFC 8032, 5.1.7)."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def signed(form: SignedForm, payload: bytes, by: Signer) -> bytes:
    """The message with a signature in it; raises MessageError for no JSON object, RegistryError without a signature."""
    return form.with_signature(payload, b64encode(by.sign(form.signed_bytes(payload))).decode())


def _read_private(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise _missing(path) from None
    except (*NO_KEY, OSError) as error:
        raise _unusable(path, error) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _unusable(path, "it is not an Ed25519 key")
    return key


def _text(key: Ed25519PublicKey) -> str:
    return b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def _signature(printed: bytes) -> bytes:
    if len(printed) == SIGNATURE_BYTES:
        return printed
    try:
        return b64decode(printed.strip(), validate=True)
    except ValueError:
        return b""


def _missing(path: Path) -> RegistryError:
    return RegistryError(f"There is no key {path}; make one with `fer-controller models keygen`.")


def _unusable(path: Path, reason: object) -> RegistryError:
    return RegistryError(
        f"The key {path} cannot be used ({reason}); put the right one there, "
        "or make a new one with `fer-controller models keygen --force`."
    )
