"""Following lists of keys, by a signature that a test can read: who signed, and a hash of what."""

import hashlib
import json
from base64 import b64encode
from datetime import datetime, timezone
from typing import Sequence

import pytest
from fer_wire import KeyList, MessageError, UntrustedError
from fer_wire.device.trust import NO_KEYS, Trust, one_key
from fer_wire.keys import LISTS, MODELS, ORDERS, ListedKey, ListSignature
from fer_wire.signed import KEY_LIST, MANIFEST, ORDER
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 29, tzinfo=timezone.utc)
LETTERS = "abcd"


def public(letter: str) -> str:
    return b64encode(letter.encode() * 32).decode()


def signature(letter: str, message: bytes) -> bytes:
    """64 bytes that only the holder of the letter makes, as far as these tests go."""
    return hashlib.sha512(letter.encode() * 32 + message).digest()


def reads(key: bytes, given_signature: bytes, message: bytes) -> bool:
    return given_signature == hashlib.sha512(key + message).digest()


def key_list(version: int, letters: str, by: str = "", threshold: int = 1) -> bytes:
    keys = tuple(ListedKey(public=public(each)) for each in letters)
    bare = KeyList(version=version, time=NOW, threshold=threshold, keys=keys)
    message = KEY_LIST.signed_bytes(bare.payload())
    signatures = [
        ListSignature(key=public(each), signature=b64encode(signature(each, message)).decode()).model_dump()
        for each in by
    ]
    return KEY_LIST.with_signature(bare.payload(), signatures)


def trust(version: int, letters: str, threshold: int = 1) -> Trust:
    keys = tuple(ListedKey(public=public(each)) for each in letters)
    return Trust(KeyList(version=version, time=NOW, threshold=threshold, keys=keys), reads)


def listed_for(letter: str, purpose: str) -> Trust:
    """Trust in a list whose one other key may sign for this purpose alone."""
    keys = (ListedKey(public=public("z")), ListedKey(public=public(letter), signs=(purpose,)))
    return Trust(KeyList(version=1, time=NOW, keys=keys), reads)


def version(after: Trust) -> int:
    assert after.keys is not None
    return after.keys.version


def test_a_list_that_its_own_key_and_the_one_before_signed_is_trusted() -> None:
    assert version(trust(1, "a").next(key_list(2, "b", "ab"))) == 2


@pytest.mark.parametrize("by", ["", "a", "b", "cd"])
def test_without_either_signature_it_is_not(by: str) -> None:
    with pytest.raises(UntrustedError, match="needs 1 signatures"):
        trust(1, "a").next(key_list(2, "b", by))


@pytest.mark.parametrize("number", [0, 1, 3])
def test_no_list_is_skipped_or_taken_twice(number: int) -> None:
    with pytest.raises(UntrustedError, match="does not follow list 1"):
        trust(1, "a").next(key_list(number, "a", "a"))


def test_a_key_that_does_not_sign_lists_does_not_count() -> None:
    before = Trust(
        KeyList(
            version=1,
            time=NOW,
            keys=(ListedKey(public=public("a"), signs=(LISTS,)), ListedKey(public=public("b"), signs=(ORDERS, MODELS))),
        ),
        reads,
    )
    with pytest.raises(UntrustedError):
        before.next(key_list(2, "b", "b"))
    assert version(before.next(key_list(2, "b", "ab"))) == 2


def test_a_field_of_a_later_version_is_covered_by_the_signature() -> None:
    whole = json.loads(key_list(2, "b", "ab"))
    with pytest.raises(UntrustedError):
        trust(1, "a").next(json.dumps({**whole, "later": 1}).encode())


def test_a_device_without_a_key_follows_nobody() -> None:
    with pytest.raises(UntrustedError, match="proves nothing to a device without a key"):
        NO_KEYS.next(key_list(1, "a", "a"))


def test_garbage_is_no_list() -> None:
    with pytest.raises(MessageError, match="KeyList"):
        trust(1, "a").next(b"{}")


def test_a_single_key_passes_over_the_lists_before_it() -> None:
    lists = [key_list(1, "a", "a"), key_list(2, "b", "ab"), key_list(3, "c", "bc")]
    assert version(Trust(one_key(public("b")), reads).followed(lists)) == 3
    assert version(Trust(one_key(public("d")), reads).followed(lists)) == 0


@pytest.mark.parametrize("text", ["", "?", "AAAA", b64encode(b"x" * 63).decode()])
def test_what_is_no_signature_proves_nothing(text: str) -> None:
    assert trust(1, "a").signer(ORDER, b"{}", text, ORDERS) == ""


def test_a_signature_of_one_kind_is_none_of_another() -> None:
    of_a_manifest = b64encode(signature("a", MANIFEST.signed_bytes(b"{}"))).decode()
    assert trust(1, "a").signer(MANIFEST, b"{}", of_a_manifest, MODELS) == public("a")
    assert trust(1, "a").signer(ORDER, b"{}", of_a_manifest, ORDERS) == ""


LISTS_OF_ANYBODY = st.tuples(
    st.integers(0, 6),
    st.sets(st.sampled_from(LETTERS), min_size=1),
    st.sets(st.sampled_from(LETTERS)),
    st.integers(1, 2),
)


@given(st.lists(LISTS_OF_ANYBODY, max_size=12))
def test_versions_go_up_one_by_one_and_only_with_the_signatures_of_both_sides(
    arriving: "Sequence[tuple[int, set[str], set[str], int]]",
) -> None:
    """Whatever lists arrive, in any order: each step that is taken was signed by enough of the old and of the new."""
    now, letters, threshold = trust(1, "ab"), {"a", "b"}, 1
    for number, new, by, wanted in arriving:
        if wanted > len(new):
            continue
        try:
            after = now.next(key_list(number, "".join(sorted(new)), "".join(sorted(by)), wanted))
        except UntrustedError:
            continue
        assert version(after) == version(now) + 1
        assert len(by & letters) >= threshold
        assert len(by & new) >= wanted
        now, letters, threshold = after, new, wanted
