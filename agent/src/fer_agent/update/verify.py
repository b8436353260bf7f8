"""Whether what was delivered is what a signed manifest promises; here cryptography is imported for signatures."""

import base64
import warnings
from pathlib import Path

from fer_wire import Artifact, MessageError, ModelManifest, parse
from fer_wire.device.trust import Trust
from fer_wire.keys import MODELS
from fer_wire.manifest import Variant
from fer_wire.signed import MANIFEST

from fer_agent.errors import ModelError, RejectedError, UnsignedError
from fer_agent.update.slots import Slots, digest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # at its import on Python 3.8 it says how old that is
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

MADE_ANEW = "add the model to the registry anew and deploy it again"


def public_key(path: Path) -> str:
    """The one key of a device without a list, base64; raises RejectedError when the file holds none."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise RejectedError(f"{path} cannot be read as a public key ({error}); correct update.public_key.") from error
    if not isinstance(key, Ed25519PublicKey):
        raise RejectedError(f"{path} holds no Ed25519 key; set update.public_key to the controller's signing.pub.")
    return base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def ed25519(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the public key proves the signature of a message (RFC 8032, 5.1.7)."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def signed_manifest(payload: bytes, trust: Trust) -> ModelManifest:
    """The manifest; raises RejectedError when it is not a manifest, or no key that may sign models has signed it."""
    try:
        manifest = parse(ModelManifest, payload)
        signer = trust.signer(MANIFEST, payload, manifest.signature, MODELS)
    except MessageError as error:
        raise RejectedError(f"What came as the manifest is none ({error}); {MADE_ANEW}.") from error
    if not signer:
        raise UnsignedError(
            f"The manifest of {manifest.name}@{manifest.version} is not signed by a key that this device trusts; "
            "sign it with the controller's key, or correct update.public_key or update.keys_file."
        )
    return manifest


def promised(manifest: ModelManifest, artifact: Artifact) -> Variant:
    """The manifest's variant for the artifact; raises RejectedError when the manifest describes it differently."""
    for variant in manifest.variants:
        named = manifest.reference(variant.precision) == artifact.model
        if named and variant.sha256 == artifact.sha256 and variant.size_bytes == artifact.size_bytes:
            return variant
    raise RejectedError(
        f"The manifest of {manifest.name}@{manifest.version} does not name {artifact.model} with sha256 "
        f"{artifact.sha256[:12]}… and {artifact.size_bytes} bytes; {MADE_ANEW}."
    )


def suited(manifest: ModelManifest, task: str) -> None:
    """Compare what the model is for with the order; raises RejectedError."""
    if manifest.task != task:
        raise RejectedError(
            f"{manifest.name}@{manifest.version} is a {manifest.task}, and a {task} was ordered; deploy the model anew."
        )


def arrived(path: Path, artifact: Artifact) -> None:
    """Compare a file's size and sha256 with the promise; raises RejectedError, or OSError when it cannot be read."""
    size_bytes = path.stat().st_size
    if size_bytes != artifact.size_bytes:
        raise RejectedError(f"{artifact.model} came with {size_bytes} bytes, {artifact.size_bytes} were promised.")
    if digest(path) != artifact.sha256:
        raise RejectedError(f"{artifact.model} came damaged or swapped: its sha256 is not the one that was promised.")


def held(slots: Slots, artifact: Artifact, task: str) -> None:
    """Compare what the manifest on disk says of a file with the order; raises RejectedError.

    An order without a url names a file that the registry may not know; then its size is not known either.
    """
    try:
        model, variant = slots.find(artifact.sha256)
    except ModelError as error:
        raise RejectedError(str(error)) from error
    suited(model.manifest, task)
    same_size = not artifact.url or variant.size_bytes == artifact.size_bytes
    if model.manifest.reference(variant.precision) != artifact.model or not same_size:
        raise RejectedError(
            f"The device holds the file {artifact.sha256[:12]}… as "
            f"{model.manifest.reference(variant.precision)} of {variant.size_bytes} bytes, not as {artifact.model} of "
            f"{artifact.size_bytes}; {MADE_ANEW}."
        )
