"""Tokens of devices and of operators in one table, in SQLite and PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from controller_messages import AT
from fer_controller.store.credentials.records import DEVICE, OPERATOR, VIEWER, Token
from fer_controller.store.credentials.store import TokenStore
from opened_stores import token_store


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TokenStore]:
    place = tmp_path / "fleet.db" if request.param == "sqlite" else request.getfixturevalue("postgres").database()
    with token_store(place) as made:
        yield made


def test_a_device_and_an_operator_may_bear_one_name(store: TokenStore) -> None:
    store.put(Token("alice", DEVICE, AT), "hash-1")
    store.put(Token("alice", VIEWER, AT), "hash-2")
    assert store.remove_device("alice")
    assert store.token("hash-1") is None
    assert store.token("hash-2") == Token("alice", VIEWER, AT)


def test_an_operator_has_one_role_and_one_token(store: TokenStore) -> None:
    store.put(Token("alice", VIEWER, AT), "hash-1")
    store.put(Token("alice", OPERATOR, AT), "hash-2")
    assert store.token("hash-1") is None
    assert store.operators() == [Token("alice", OPERATOR, AT)]


def test_only_a_token_that_is_there_can_be_taken_away(store: TokenStore) -> None:
    store.put(Token("alice", OPERATOR, AT), "hash-1")
    assert not store.remove_device("alice")
    assert store.remove_operator("alice")
    assert not store.remove_operator("alice")


def test_operators_are_listed_by_name_and_devices_are_not(store: TokenStore) -> None:
    for number, (holder, role) in enumerate((("carol", VIEWER), ("nano-01", DEVICE), ("bob", OPERATOR))):
        store.put(Token(holder, role, AT), f"hash-{number}")
    assert [token.holder for token in store.operators()] == ["bob", "carol"]


def test_a_token_is_given_another_role_and_another_end_and_opens_as_before(store: TokenStore) -> None:
    store.put(Token("alice", DEVICE, AT), "hash-1")
    store.put(Token("alice", VIEWER, AT), "hash-2")
    changed = Token("alice", OPERATOR, AT, expires_at="2027", selector="site=lab")
    store.change(changed, VIEWER)
    assert store.token("hash-2") == changed
    assert store.token("hash-1") == Token("alice", DEVICE, AT)


def test_when_a_token_was_used_is_noted_for_that_token_alone(store: TokenStore) -> None:
    used = Token("alice", VIEWER, AT)
    store.put(used, "hash-1")
    store.used({used: "2026-02-01"})
    assert [each.last_used_at for each in store.operators()] == ["2026-02-01"]
    store.put(Token("alice", VIEWER, "2026-02-02"), "hash-2")
    store.used({used: "2026-02-03"})
    assert [each.last_used_at for each in store.operators()] == [""]
