"""The manifest's own rules."""

import json
from pathlib import Path

import pytest
from fer_wire import MessageError, ModelManifest, parse
from fer_wire.signed import MANIFEST

FIXTURE = Path(__file__).parent / "fixtures" / "valid" / "ModelManifest" / "two_precisions.json"


def test_a_variant_is_named_by_model_version_and_precision() -> None:
    manifest = parse(ModelManifest, FIXTURE.read_bytes())
    assert manifest.reference("int8") == "light-xception@1.0.0/int8"


def test_a_signature_does_not_cover_itself_nor_the_form_of_the_json() -> None:
    payload = FIXTURE.read_bytes()
    signed = MANIFEST.with_signature(payload, "c2lnbmVk")
    assert parse(ModelManifest, signed).signature == "c2lnbmVk"
    indented = json.dumps(json.loads(signed), indent=4).encode()
    assert MANIFEST.signed_bytes(payload) == MANIFEST.signed_bytes(signed) == MANIFEST.signed_bytes(indented)


def test_a_signature_covers_every_field_even_those_that_are_not_known_yet() -> None:
    payload = FIXTURE.read_bytes()
    changed = json.dumps({**json.loads(payload), "later": 1}).encode()
    assert MANIFEST.signed_bytes(changed) != MANIFEST.signed_bytes(payload)


@pytest.mark.parametrize("payload", [b"[]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_object_has_no_signed_bytes(payload: bytes) -> None:
    with pytest.raises(MessageError, match="ModelManifest: "):
        MANIFEST.signed_bytes(payload)
