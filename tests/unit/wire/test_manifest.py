"""The manifest's own rules."""

from pathlib import Path

from fer_wire import ModelManifest, parse

FIXTURE = Path(__file__).parent / "fixtures" / "valid" / "ModelManifest" / "two_precisions.json"


def test_a_variant_is_named_by_model_version_and_precision() -> None:
    manifest = parse(ModelManifest, FIXTURE.read_bytes())
    assert manifest.reference("int8") == "light-xception@1.0.0/int8"
