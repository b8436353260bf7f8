"""Who is asked at an http or https URL; what is judged by it is what is connected to, whatever library connects."""

import re
from typing import NamedTuple

from fer_wire.errors import AddressError

HTTP, HTTPS = "http", "https"
DEFAULT_PORTS = {HTTP: 80, HTTPS: 443}
LARGEST_PORT = 65535
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9][a-z0-9._-]*|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?:[/?#][!-\[\]-~]*)?",
    re.IGNORECASE | re.ASCII,
)
"""Nothing that parsers take differently: no user, no backslash, no blank or control character, ASCII alone."""


class Origin(NamedTuple):
    """Scheme, host and port; host in lower case, an IPv6 address without its brackets."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> "Origin":
        """The origin of a URL; raises AddressError for any that two libraries might read differently.

        Its sentence repeats nothing of the URL, which may hold a password.
        """
        found = _URL.fullmatch(url)
        if not found:
            raise AddressError(
                "expected http[s]://HOST:PORT/PATH without a user, a blank or a backslash, and with %XX outside ASCII"
            )
        scheme = found["scheme"].lower()
        port = int(found["port"] or DEFAULT_PORTS[scheme])
        if not 0 < port <= LARGEST_PORT:
            raise AddressError(f"expected http[s]://HOST:PORT, and a port from 1 to {LARGEST_PORT}")
        return cls(scheme, found["host"].strip("[]").lower(), port)
