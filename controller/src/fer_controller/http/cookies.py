"""The cookie that holds a session, and how a request with it shows that the page sent it, and not another site.

A cookie goes with every request to this host, whoever made a browser send it. So it is SameSite=Strict, and what
changes something carries a header that another site can't add without being asked for permission first (CORS, which
nobody is given). Source: OWASP, Cross-Site Request Forgery Prevention, "Employing Custom Request Headers".
"""

import re
from urllib.parse import urlsplit

from fastapi import Request, Response

PAGE_HEADER = "x-fer-page"
"""What the page sends along; its value says nothing."""
READS = ("GET", "HEAD")
HTTPS = "https"
PORT = re.compile("[0-9]{1,5}")


def secret_of(request: Request) -> str:
    """The session's secret; empty without one."""
    return request.cookies.get(_name(request), "")


def put(request: Request, response: Response, secret: str, lasts_s: int) -> None:
    """Set the cookie: for this host alone, out of reach of scripts, and never without TLS where there is TLS."""
    response.set_cookie(
        _name(request), secret, max_age=lasts_s, path="/", httponly=True, samesite="strict", secure=_over_tls(request)
    )


def remove(request: Request, response: Response) -> None:
    """Take the cookie back."""
    response.delete_cookie(_name(request), path="/", httponly=True, samesite="strict", secure=_over_tls(request))


def is_from_the_page(request: Request) -> bool:
    """Whether it carries the page's header, and no other site's origin; one that only reads needs neither."""
    if request.method in READS:
        return True
    return PAGE_HEADER in request.headers and _is_own(request, request.headers.get("origin"))


def _is_own(request: Request, origin: str | None) -> bool:
    """Programs send no origin; browsers do with everything but a look."""
    if origin is None:
        return True
    try:
        said = urlsplit(origin)
    except ValueError:  # [ without ]
        return False
    if _over_tls(request) and said.scheme != HTTPS:
        return False
    return bool(said.netloc) and said.netloc.lower() == request.headers.get("host", "").lower()


def _name(request: Request) -> str:
    """With the port that was asked for, because cookies know none, and a host may have several controllers."""
    port = request.headers.get("host", "").rpartition(":")[2]
    place = f"_{port}" if PORT.fullmatch(port) else ""
    return f"{'__Host-' if _over_tls(request) else ''}fer_session{place}"


def _over_tls(request: Request) -> bool:
    return bool(request.scope["scheme"] == HTTPS)
