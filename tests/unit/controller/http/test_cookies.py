"""The session's cookie, and whether a request with it comes from the page."""

from typing import Any

import pytest
from fastapi import Request, Response
from fer_controller.http import cookies


def a_request(method: str = "POST", scheme: str = "http", **headers: str) -> Request:
    told = {"host": "fleet.lab:8780", **{name.replace("_", "-"): value for name, value in headers.items()}}
    raw = [(name.encode(), value.encode()) for name, value in told.items()]
    scope: dict[str, Any] = {"type": "http", "method": method, "scheme": scheme, "path": "/", "headers": raw}
    return Request(scope)


def cookie(request: Request) -> str:
    response = Response()
    cookies.put(request, response, "secret", 60)
    return response.headers["set-cookie"]


def test_no_script_and_no_other_site_gets_at_the_cookie() -> None:
    assert cookie(a_request()) == "fer_session_8780=secret; HttpOnly; Max-Age=60; Path=/; SameSite=strict"


def test_over_tls_the_cookie_never_leaves_it() -> None:
    said = cookie(a_request(scheme="https"))
    assert said.startswith("__Host-fer_session_8780=secret;")
    assert "Secure" in said


@pytest.mark.parametrize("host", ["fleet.lab", "[::1]", "fleet.lab:", "fleet.lab:x"])
def test_a_host_without_a_port_has_one_cookie(host: str) -> None:
    assert cookie(a_request(host=host)).startswith("fer_session=secret;")


def test_what_was_set_is_found_again_and_that_of_another_port_is_not() -> None:
    request = a_request(cookie="fer_session_8780=ours; fer_session_8781=theirs")
    assert cookies.secret_of(request) == "ours"
    assert cookies.secret_of(a_request(host="fleet.lab:9", cookie="fer_session_8780=ours")) == ""


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({"x_fer_page": "1", "origin": "http://fleet.lab:8780"}, True),
        ({"x_fer_page": "1", "origin": "https://FLEET.lab:8780"}, True),
        ({"x_fer_page": "1"}, True),
        ({}, False),
        ({"origin": "http://fleet.lab:8780"}, False),
        ({"x_fer_page": "1", "origin": "http://fleet.lab"}, False),
        ({"x_fer_page": "1", "origin": "http://fleet.lab:8780.evil.example"}, False),
        ({"x_fer_page": "1", "origin": "http://evil.example"}, False),
        ({"x_fer_page": "1", "origin": "null"}, False),
        ({"x_fer_page": "1", "origin": ""}, False),
        ({"x_fer_page": "1", "origin": "http://["}, False),
    ],
)
def test_what_changes_something_comes_from_the_page_itself(headers: "dict[str, str]", is_ours: bool) -> None:
    assert cookies.is_from_the_page(a_request(**headers)) is is_ours
    assert cookies.is_from_the_page(a_request("GET", **headers))


def test_over_tls_the_page_has_come_over_tls() -> None:
    for origin, is_ours in {"https://fleet.lab:8780": True, "http://fleet.lab:8780": False}.items():
        assert cookies.is_from_the_page(a_request(scheme="https", x_fer_page="1", origin=origin)) is is_ours
