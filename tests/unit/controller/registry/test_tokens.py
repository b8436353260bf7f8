import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from fer_controller.errors import RegistryError
from fer_controller.registry import tokens
from fer_controller.store.credentials.store import TokenStore
from opened_stores import token_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TokenStore]:
    with token_store(tmp_path / "fleet.db") as made:
        yield made


def test_a_token_tells_its_device(store: TokenStore) -> None:
    one, two = tokens.make(store, "nano-01"), tokens.make(store, "nano-02")
    assert tokens.device_of(store, one) == "nano-01"
    assert tokens.device_of(store, two) == "nano-02"
    assert tokens.device_of(store, one + "x") is None
    assert tokens.device_of(store, "") is None
    assert tokens.device_of(store, "\udcff") is None


def test_a_device_that_is_enrolled_keeps_its_token(store: TokenStore) -> None:
    token = tokens.make(store, "nano-01")
    with pytest.raises(RegistryError, match=r"nano-01 is enrolled already, since 20.*; --replace makes another token"):
        tokens.make(store, "nano-01")
    assert tokens.device_of(store, token) == "nano-01"


def test_another_token_replaces_the_first(store: TokenStore) -> None:
    first = tokens.make(store, "nano-01")
    second = tokens.make(store, "nano-01", replace=True)
    assert tokens.device_of(store, first) is None
    assert tokens.device_of(store, second) == "nano-01"


def test_a_revoked_token_is_nobodys(store: TokenStore) -> None:
    token = tokens.make(store, "nano-01")
    tokens.revoke(store, "nano-01")
    assert tokens.device_of(store, token) is None
    with pytest.raises(RegistryError, match="nano-01 has no token; check the spelling"):
        tokens.revoke(store, "nano-01")


def test_only_the_hash_is_kept(store: TokenStore, tmp_path: Path) -> None:
    token = tokens.make(store, "nano-01")
    files = b"".join(path.read_bytes() for path in tmp_path.glob("fleet.db*"))
    assert token.encode() not in files
    assert hashlib.sha256(token.encode()).hexdigest().encode() in files


def test_what_is_no_name_of_a_device_gets_no_token(store: TokenStore) -> None:
    with pytest.raises(RegistryError, match="'a/b' is not a valid name for a device"):
        tokens.make(store, "a/b")
