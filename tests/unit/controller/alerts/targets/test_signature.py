"""A request is genuine when it was signed with the secret, lately, over the whole of its body."""

import re
import time
from pathlib import Path
from typing import Any

import pytest
from fer_controller.alerts.targets.signature import FRESH_S, is_genuine, signature
from hypothesis import given
from hypothesis import strategies as st

SECRET, NOW = "a-secret-of-the-webhook", 1_800_000_000


def test_the_signature_is_that_of_any_other_program() -> None:
    # printf '1800000000.{}' | openssl dgst -sha256 -hmac a-secret-of-the-webhook
    assert signature(SECRET, NOW, b"{}") == "v1=9c629858a1d76619d87c61aea9cf2bec1dc267cf73f0d5b7909d88f3526852fc"


@given(st.binary(max_size=100), st.floats(-FRESH_S, FRESH_S))
def test_what_was_signed_lately_is_genuine(body: bytes, late_s: float) -> None:
    assert is_genuine(SECRET, str(NOW), body, signature(SECRET, NOW, body), NOW + late_s)


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_another_body_is_not(body: bytes, other: bytes) -> None:
    assert is_genuine(SECRET, str(NOW), other, signature(SECRET, NOW, body), NOW) == (body == other)


@pytest.mark.parametrize("late_s", [FRESH_S + 1, -FRESH_S - 1, 1e9])
def test_what_was_signed_long_ago_is_sent_by_somebody_else(late_s: float) -> None:
    assert not is_genuine(SECRET, str(NOW), b"{}", signature(SECRET, NOW, b"{}"), NOW + late_s)


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "1800000001", "１８００００００００", "1.8e9"])
def test_another_time_is_not_the_one_that_was_signed(timestamp: str) -> None:
    assert not is_genuine(SECRET, timestamp, b"{}", signature(SECRET, NOW, b"{}"), NOW)


@pytest.mark.parametrize("signed", ["", "v1=", "v2=00", "v1=é"])
def test_what_is_no_signature_is_refused_and_does_not_fail(signed: str) -> None:
    assert not is_genuine(SECRET, str(NOW), b"{}", signed, NOW)


def test_the_receiver_that_the_page_shows_tells_them_apart(root: Path) -> None:
    (shown,) = re.findall(r"```python\n(.*?)```", (root / "docs/howto/get-alerted.md").read_text(), re.DOTALL)
    page: dict[str, Any] = {}
    exec(shown, page)  # noqa: S102 - what the page tells people to run
    now, body = int(time.time()), b'{"kind": "test"}'
    check = page["is_genuine"]
    assert check(SECRET, str(now), signature(SECRET, now, body), body)
    assert not check(SECRET, str(now), signature(SECRET, now, body), body + b" ")
    assert not check(SECRET, str(now), signature("another-secret", now, body), body)
    assert not check(SECRET, str(now - 301), signature(SECRET, now - 301, body), body)
    assert not check(SECRET, "soon", signature(SECRET, now, body), body)
