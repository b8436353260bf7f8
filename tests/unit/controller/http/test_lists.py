"""A whole list is sent as it is read; one that breaks off does not look like one that ended."""

import asyncio
import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import Request
from fer_controller.errors import StoreUnavailable
from fer_controller.http import lists
from fer_controller.http.lists import ListResponse

PAGES = [[{"device": "a"}, {"device": "ü"}], [{"device": "c"}]]


def asked(*headers: tuple[bytes, bytes]) -> Request:
    return Request({"type": "http", "method": "GET", "path": "/v1/devices", "query_string": b"", "headers": headers})


def sent(response: ListResponse) -> list[Any]:
    """The messages that a server gets."""
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    asyncio.run(response({}, never, send))
    return messages


async def never() -> Any:
    await asyncio.Event().wait()


def body(messages: list[Any]) -> bytes:
    return b"".join(message["body"] for message in messages[1:])


def breaking() -> Iterator[list[Any]]:
    yield PAGES[0]
    raise StoreUnavailable("The database is busy.")


@pytest.mark.parametrize("pages", [[], PAGES[:1], PAGES])
def test_the_pages_are_one_list(pages: list[list[Any]]) -> None:
    messages = sent(ListResponse(asked(), iter(pages)))
    assert json.loads(body(messages)) == [row for page in pages for row in page]
    assert [message.get("more_body") for message in messages[1:]][-2:] == [True, False]
    assert b"content-length" not in dict(messages[0]["headers"])


def test_who_takes_gzip_gets_it() -> None:
    messages = sent(ListResponse(asked((b"accept-encoding", b"gzip")), iter(PAGES)))
    assert dict(messages[0]["headers"])[b"content-encoding"] == b"gzip"
    assert json.loads(gzip.decompress(body(messages))) == [*PAGES[0], *PAGES[1]]


def test_what_fails_at_once_is_told_instead_of_a_list() -> None:
    pages = breaking()
    next(pages)
    with pytest.raises(StoreUnavailable):
        ListResponse(asked(), pages)


def test_a_list_that_breaks_off_never_ends(caplog: pytest.LogCaptureFixture) -> None:
    messages = sent(ListResponse(asked(), breaking()))
    assert all(message["more_body"] for message in messages[1:])
    assert "/v1/devices broke off: The database is busy." in caplog.text


def test_who_does_not_read_is_waited_for_only_a_while(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(lists, "STALLED_S", 0.01)

    async def send(message: Any) -> None:
        if "body" in message:
            await never()

    asyncio.run(ListResponse(asked(), iter(PAGES))({}, never, send))
    assert "/v1/devices broke off: nobody reads it" in caplog.text
