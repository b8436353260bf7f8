"""Where a PostgreSQL database is, as libpq's URL says it."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from fer_wire.paths import HomePath
from pydantic import PlainSerializer, PlainValidator, TypeAdapter, ValidationError, WithJsonSchema

SCHEMES = ("postgresql", "postgres")
SECRETS = ("password", "sslpassword")
HIDDEN = "***"
DEFAULT_NAME = "fleet"
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
HOST = re.compile(r"(?:\[[^]]*\]|[^:@]*)(?::(?P<port>\d*))?")
LARGEST_PORT = 65_535
EXPECTED = (
    "expected a file, or postgresql://[USER@]HOST[:PORT]/DATABASE with %40 for @, %2F for /, %3F for ? and %23 for # "
    "in a password"
)


@dataclass(frozen=True, slots=True)
class PostgresUrl:
    """postgresql://[USER@]HOST[:PORT][,HOST…]/DATABASE[?…]; in print it has no password."""

    url: str = field(repr=False)

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        user, at, hosts = parts.netloc.rpartition("@")
        name, colon, _ = user.partition(":")
        query = [(key, HIDDEN if key in SECRETS else value) for key, value in parse_qsl(parts.query)]
        said = f"{parts.scheme}://{name}{colon and ':' + HIDDEN}{at}{hosts}{parts.path}"
        return f"{said}?{urlencode(query, quote_via=quote, safe=HIDDEN)}" if query else said

    @property
    def name(self) -> str:
        """What the database is called there; "fleet" where the URL leaves that to libpq."""
        return urlsplit(self.url).path.strip("/") or DEFAULT_NAME

    @property
    def place(self) -> str:
        """Hosts and database, without who asks and how."""
        parts = urlsplit(self.url)
        return f"{parts.netloc.rpartition('@')[2]}/{self.name}"


PATHS = TypeAdapter[Path](HomePath)


def spelt(given: object) -> object:
    """A URL where it is one; other text is the path of a file.

    Raises ValueError for what is meant as a URL and is none, and for one of which part of the password is not hidden.
    """
    if not isinstance(given, str | Path) or not URL.match(str(given)):
        return given
    if not _is_postgres(str(given)):
        raise ValueError(EXPECTED)
    return PostgresUrl(str(given))


def _is_postgres(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    hosts = [HOST.fullmatch(each) for each in parts.netloc.rpartition("@")[2].split(",")]
    ports_exist = all(host and int(host["port"] or 0) <= LARGEST_PORT for host in hosts)
    # Elsewhere an @ tells of a password that ended too early: what is left of it would stand in print.
    is_plain = parts.netloc.count("@") <= 1 and "@" not in parts.path + parts.query and not parts.fragment
    return url.startswith(tuple(f"{scheme}://" for scheme in SCHEMES)) and ports_exist and is_plain


def place(given: object) -> "Path | PostgresUrl":
    """A URL or the path of a file; raises ValueError with one reason, where a union would give one for each."""
    found = spelt(given)
    if isinstance(found, PostgresUrl):
        return found
    try:
        return PATHS.validate_python(found)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(str(first.get("ctx", {}).get("error") or first["msg"])) from error


def written(place: object) -> str:
    """As it is handed to a process of ours, password and all."""
    return place.url if isinstance(place, PostgresUrl) else str(place)


DbPlace = Path | PostgresUrl
Db = Annotated[
    DbPlace,
    PlainValidator(place),
    PlainSerializer(written),
    WithJsonSchema({"type": "string"}),
]
"""The file of an SQLite database, or the URL of a PostgreSQL one."""
