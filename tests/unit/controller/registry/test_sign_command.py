import sys
from pathlib import Path

import pytest
from fer_controller.errors import RegistryError
from fer_controller.registry import signing

VAULT = """
import sys
from base64 import b64encode
from cryptography.hazmat.primitives.serialization import load_pem_private_key
key = load_pem_private_key(open(sys.argv[1], "rb").read(), None)
signature = key.sign(sys.stdin.buffer.read())
sys.stdout.buffer.write(b64encode(signature) + b"\\n" if sys.argv[2] == "text" else signature)
"""


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """Keys that are not in the registry."""
    signing.make_keys(tmp_path / "vault")
    return tmp_path / "vault"


@pytest.fixture
def folder(tmp_path: Path, vault: Path) -> Path:
    """A registry that has the public key alone."""
    made = tmp_path / "fleet.models"
    made.mkdir()
    (made / signing.PUBLIC_FILE).write_bytes((vault / signing.PUBLIC_FILE).read_bytes())
    return made


@pytest.mark.parametrize("form", ["raw", "text"])
def test_a_program_signs_with_a_key_that_is_not_here(folder: Path, vault: Path, form: str) -> None:
    by = signing.signer(folder, (sys.executable, "-c", VAULT, str(vault / signing.PRIVATE_FILE), form))
    assert by.sign(b"an order") == signing.SigningKey(vault / signing.PRIVATE_FILE).sign(b"an order")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("/nowhere/sign",), "does not sign .No such file or directory.; correct registry.sign_command"),
        ((sys.executable, "-c", "import sys; sys.exit('the card is out')"), r"exit status 1: the card is out"),
        ((sys.executable, "-c", "print('no signature')"), "is no signature by the key in signing.pub"),
        ((sys.executable, "-c", "print('A' * 88)"), "is no signature by the key in signing.pub"),
    ],
    ids=["missing", "fails", "garbage", "another key"],
)
def test_a_program_that_does_not_sign_is_told_in_a_sentence(folder: Path, words: "tuple[str, ...]", why: str) -> None:
    with pytest.raises(RegistryError, match=why):
        signing.signer(folder, words).sign(b"an order")


def test_a_program_that_does_not_answer_is_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "COMMAND_TIMEOUT_S", 0.05)
    with pytest.raises(RegistryError, match=r"no answer in 0\.05 s"):
        signing.signer(folder, ("sleep", "60")).sign(b"an order")
