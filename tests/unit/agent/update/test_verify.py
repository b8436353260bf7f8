import json
from pathlib import Path
from typing import Any, Callable, Dict

import pytest
from fer_agent.errors import RejectedError
from fer_agent.update import verify
from fer_wire.device.trust import Trust, one_key
from unit.agent.update.making import Release, Signer


def trusting(signer: Signer) -> Trust:
    return Trust(one_key(verify.public_key(signer.public)), verify.ed25519)


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer(tmp_path)


@pytest.fixture
def release(tmp_path: Path, signer: Signer) -> Release:
    return Release(signer, tmp_path)


def test_a_manifest_signed_by_the_key_is_taken_and_names_its_file(signer: Signer, release: Release) -> None:
    manifest = verify.signed_manifest(release.payload, trusting(signer))
    assert verify.promised(manifest, release.artifact()).sha256 == release.artifact().sha256


def test_a_manifest_signed_by_another_key_is_refused(tmp_path: Path, release: Release) -> None:
    stranger = Signer(tmp_path / "stranger")
    with pytest.raises(RejectedError, match=r"manifest of tiny@2\.0\.0 is not signed by a key that this device trusts"):
        verify.signed_manifest(release.payload, trusting(stranger))


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest.update(version="3.0.0"),
        lambda manifest: manifest["variants"][0].update(sha256="0" * 64),
        lambda manifest: manifest["variants"][0].update(tolerance=1000.0),
        lambda manifest: manifest.update(signature=""),
        lambda manifest: manifest.update(signature="no base64"),
        lambda manifest: manifest.update(unknown="field"),
    ],
    ids=["version", "sha256", "tolerance", "unsigned", "garbled", "field of a later version"],
)
def test_a_manifest_changed_after_it_was_signed_is_refused(
    signer: Signer, release: Release, change: Callable[[Dict[str, Any]], object]
) -> None:
    manifest = json.loads(release.payload)
    change(manifest)
    with pytest.raises(RejectedError, match="is not signed by a key"):
        verify.signed_manifest(json.dumps(manifest).encode(), trusting(signer))


@pytest.mark.parametrize("garbage", [b"", b"{", b"[]", b"<html>", b"\xff"])
def test_what_is_no_manifest_is_refused(signer: Signer, garbage: bytes) -> None:
    with pytest.raises(RejectedError, match="What came as the manifest is none"):
        verify.signed_manifest(garbage, trusting(signer))


@pytest.mark.parametrize(
    "other", [{"model": "tiny@1.9.9/fp32"}, {"model": "tiny@2.0.0/int8"}, {"sha256": "0" * 64}, {"size_bytes": 7}]
)
def test_a_manifest_of_another_model_precision_file_or_size_is_refused(
    signer: Signer, release: Release, other: Dict[str, object]
) -> None:
    manifest = verify.signed_manifest(release.payload, trusting(signer))
    with pytest.raises(RejectedError, match=r"The manifest of tiny@2\.0\.0 does not name"):
        verify.promised(manifest, release.artifact().model_copy(update=other))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(lambda good: good[:-1], r"came with \d+ bytes"), (lambda good: good[:-1] + b"?", "came damaged or swapped")],
)
def test_a_file_that_is_short_or_another_is_refused(
    tmp_path: Path, release: Release, data: Callable[[bytes], bytes], sentence: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(data(release.files[release.artifact().sha256]))
    with pytest.raises(RejectedError, match=sentence):
        verify.arrived(path, release.artifact())


def test_a_key_of_another_kind_and_a_file_that_is_no_key_are_named(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    other = X25519PrivateKey.generate().public_key()
    pem = other.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "other.pub").write_bytes(pem)
    (tmp_path / "garbage.pub").write_bytes(b"garbage")
    with pytest.raises(RejectedError, match="holds no Ed25519 key"):
        verify.public_key(tmp_path / "other.pub")
    with pytest.raises(RejectedError, match="cannot be read as a public key"):
        verify.public_key(tmp_path / "garbage.pub")
