"""Signs and verifies manifests with a pair of Ed25519 keys; here cryptography is imported for signatures."""

from base64 import b64decode, b64encode
from pathlib import Path

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
from fer_wire.manifest import signed_bytes, with_signature
from fer_wire.whole_files import write_whole, written_whole

from fer_controller.errors import RegistryError

PRIVATE_FILE = "signing.key"
PUBLIC_FILE = "signing.pub"
OURS_ALONE = 0o600
NO_KEY = (ValueError, TypeError, UnsupportedAlgorithm)


def make_keys(folder: Path, *, force: bool = False) -> bool:
    """Make both keys in the folder; False when they existed, and at most the public key was rewritten.

    An existing private key is replaced only with force. Raises RegistryError when the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = _write_private(folder / PRIVATE_FILE, replace=force)
        public = _public_pem(_read_private(folder).public_key())
        if _bytes_of(folder / PUBLIC_FILE) != public:
            write_whole(folder / PUBLIC_FILE, public)
    except OSError as error:
        raise RegistryError(f"The keys cannot be written to {folder}: {error.strerror or error}.") from error
    return made


class SigningKey:
    """The private key of a registry; raises RegistryError when it is missing or does not match the public key."""

    def __init__(self, folder: Path) -> None:
        self._key = _read_private(folder)
        if _bytes_of(folder / PUBLIC_FILE) != _public_pem(self._key.public_key()):
            raise RegistryError(
                f"{folder / PUBLIC_FILE} does not belong to {PRIVATE_FILE} beside it; "
                "run `fer-controller models keygen` to write it again."
            )

    def sign(self, payload: bytes) -> bytes:
        """The manifest with our signature; raises MessageError when the payload is not a JSON object."""
        return with_signature(payload, b64encode(self._key.sign(signed_bytes(payload))).decode())


class PublicKey:
    """The key with which devices verify a manifest; raises RegistryError when it is missing or not Ed25519."""

    def __init__(self, folder: Path) -> None:
        path = folder / PUBLIC_FILE
        try:
            key = load_pem_public_key(path.read_bytes())
        except FileNotFoundError:
            raise _missing(path) from None
        except (*NO_KEY, OSError) as error:
            raise _unusable(path, error) from error
        if not isinstance(key, Ed25519PublicKey):
            raise _unusable(path, "it is not an Ed25519 key")
        self._key = key

    def proves(self, payload: bytes, signature: str) -> bool:
        """Whether the manifest was signed by our private key."""
        try:
            self._key.verify(b64decode(signature, validate=True), signed_bytes(payload))
        except (InvalidSignature, ValueError):
            return False
        return True


def _read_private(folder: Path) -> Ed25519PrivateKey:
    path = folder / PRIVATE_FILE
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise _missing(path) from None
    except (*NO_KEY, OSError) as error:
        raise _unusable(path, error) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _unusable(path, "it is not an Ed25519 key")
    return key


def _write_private(path: Path, *, replace: bool) -> bool:
    if path.exists() and not replace:
        return False
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        with written_whole(path, OURS_ALONE, replace=replace) as file:
            file.write(pem)
    except FileExistsError:
        return False
    return True


def _public_pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _bytes_of(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _missing(path: Path) -> RegistryError:
    return RegistryError(f"There is no key {path}; make one with `fer-controller models keygen`.")


def _unusable(path: Path, reason: object) -> RegistryError:
    return RegistryError(
        f"The key {path} cannot be used ({reason}); put the right one there, "
        "or make a new one with `fer-controller models keygen --force`."
    )
