"""The address of a source of frames, which may hold a password."""

import re
from urllib.parse import quote

from fer_wire.printable import printable
from pydantic import Secret

HIDDEN = "***"
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
USER_CHARACTERS = "!$%&'()*+,;=:"
"""What user and password may hold as it is; % begins what is escaped already."""
LONG = 8
"""A shorter value of a query, as in stream=main, is hidden as a part of its address alone."""
HOST = re.compile(r"[^@/?#:]*(:\d*)?$")


class Source(Secret[str]):
    """An address that shows no secret when it is printed, logged, sent or dumped."""

    @property
    def address(self) -> str:
        """The address itself, for whatever opens the source."""
        return self.get_secret_value()

    @property
    def escaped(self) -> str:
        """The address with /, ?, # and @ of its user and password escaped, as in a URL (RFC 3986, 3.2.1)."""
        scheme = SCHEME.match(self.address)
        rest = self.address[scheme.end() :] if scheme else ""
        user, after = _split(rest)
        if not scheme or not user or HOST.match(re.split(r"[/?#]", rest, maxsplit=1)[0]):
            return self.address
        return f"{scheme[0]}{quote(user, safe=USER_CHARACTERS)}@{after}"

    def _display(self) -> str:
        return without_secrets(printable(self.address))


def without_secrets(address: str) -> str:
    """The address with user, password and all values of its query hidden; of a password that is not escaped, more.

    A path or a device has no secrets.
    """
    scheme = SCHEME.match(address)
    if not scheme:
        return address
    begins, rest = scheme[0], address[scheme.end() :]
    user, rest = _without_user(rest)
    place, mark, query = rest.partition("?")
    place, fragment_mark, _ = place.partition("#")
    if mark:
        hidden = re.sub(r"(^|[&;])([^=&;]*=)?[^&;]*", lambda part: f"{part[1]}{part[2] or ''}{HIDDEN}", query)
        return f"{begins}{user}{place}?{hidden}"
    return f"{begins}{user}{place}{fragment_mark and '#' + HIDDEN}"


def secrets_in(address: str) -> "tuple[str, ...]":
    """The password of the address and the longer values of its query, each by itself."""
    scheme = SCHEME.match(address)
    if not scheme:
        return ()
    user, rest = _split(address[scheme.end() :])
    query = rest.partition("?")[2].partition("#")[0]
    values = (part.partition("=")[2] or part for part in re.split("[&;]", query))
    return tuple(filter(None, (user.partition(":")[2], *(each for each in values if len(each) >= LONG))))


def _without_user(rest: str) -> "tuple[str, str]":
    """What stands for user and password, and what follows them."""
    user, after = _split(rest)
    return (f"{HIDDEN}@", after) if user or after != rest else ("", rest)


def _split(rest: str) -> "tuple[str, str]":
    """User and password, and what follows them; they are empty where there is neither.

    An unescaped password may hold /, ? and #, so user and password reach up to the last @ that is not within the value
    of a query.
    """
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    before_query, _, query = rest.partition("?")
    in_query = "@" in query and "=" in query.partition("@")[0] and HOST.match(authority)
    end = (before_query if in_query else rest).rfind("@")
    return ("", rest) if end < 0 else (rest[:end], rest[end + 1 :])
