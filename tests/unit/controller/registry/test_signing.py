import stat
from pathlib import Path

import pytest
from fer_controller.errors import RegistryError
from fer_controller.registry.key_lists import KeyHistory
from fer_controller.registry.signing import PRIVATE_FILE, PUBLIC_FILE, make_keys, public_text, signed, signer
from fer_wire import ModelManifest, parse
from fer_wire.keys import MODELS
from fer_wire.signed import MANIFEST
from tiny_onnx import network, write_model


@pytest.fixture
def manifest(tmp_path: Path) -> bytes:
    return (write_model(tmp_path / "tiny", {"fp32": network()}) / "manifest.json").read_bytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "keys"
    assert make_keys(made)
    return made


def signature_of(payload: bytes) -> str:
    return parse(ModelManifest, payload).signature


def signed_with(folder: Path, manifest: bytes) -> bytes:
    return signed(MANIFEST, manifest, signer(folder))


def proven(folder: Path, payload: bytes, signature: str) -> bool:
    return bool(KeyHistory(folder).trust.signer(MANIFEST, payload, signature, MODELS))


def test_what_is_signed_is_proven_by_the_public_key_and_nothing_else_is(folder: Path, manifest: bytes) -> None:
    whole = signed_with(folder, manifest)
    assert proven(folder, whole, signature_of(whole))
    assert not proven(folder, whole.replace(b"tiny", b"tinY"), signature_of(whole))
    assert not proven(folder, whole, "")
    assert not proven(folder, whole, "no base64!")


def test_a_signature_that_was_there_is_replaced(folder: Path, manifest: bytes) -> None:
    once = signed_with(folder, manifest)
    assert signed_with(folder, once) == once


def test_the_private_key_is_for_its_owner_alone(folder: Path) -> None:
    assert stat.S_IMODE((folder / PRIVATE_FILE).stat().st_mode) == 0o600
    assert b"PRIVATE" not in (folder / PUBLIC_FILE).read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == [PRIVATE_FILE, PUBLIC_FILE]


def test_keys_are_never_replaced_without_force(folder: Path, manifest: bytes) -> None:
    before = (folder / PRIVATE_FILE).read_bytes()
    assert not make_keys(folder)
    assert (folder / PRIVATE_FILE).read_bytes() == before
    whole = signed_with(folder, manifest)
    assert make_keys(folder, force=True)
    assert (folder / PRIVATE_FILE).read_bytes() != before
    assert stat.S_IMODE((folder / PRIVATE_FILE).stat().st_mode) == 0o600
    assert not proven(folder, whole, signature_of(whole))


def test_a_public_key_that_is_missing_or_another_is_written_anew(folder: Path, tmp_path: Path) -> None:
    before = (folder / PUBLIC_FILE).read_bytes()
    make_keys(tmp_path / "others")
    (folder / PUBLIC_FILE).write_bytes((tmp_path / "others" / PUBLIC_FILE).read_bytes())
    with pytest.raises(RegistryError, match=r"signing\.pub does not belong to signing\.key beside it; run"):
        signer(folder)
    assert not make_keys(folder)
    assert (folder / PUBLIC_FILE).read_bytes() == before
    (folder / PUBLIC_FILE).unlink()
    assert not make_keys(folder)
    assert (folder / PUBLIC_FILE).read_bytes() == before


def test_a_missing_key_names_the_command_that_makes_it(tmp_path: Path) -> None:
    for missing in (lambda: signer(tmp_path), lambda: public_text(tmp_path / PUBLIC_FILE)):
        with pytest.raises(RegistryError, match=r"There is no key .*; make one with `fer-controller models keygen`\."):
            missing()


@pytest.mark.parametrize("file", [PRIVATE_FILE, PUBLIC_FILE])
def test_a_file_that_is_no_key_is_told(folder: Path, file: str) -> None:
    (folder / file).write_text("My diary, page 1.")
    with pytest.raises(RegistryError, match=rf"The key .*{file} cannot be used"):
        signer(folder)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RegistryError, match=r"The keys cannot be written to .*file"):
        make_keys(tmp_path / "file")
