"""Where a PostgreSQL database is, as libpq's URL says it."""

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
EXPECTED = "expected postgresql://[USER@]HOST[:PORT]/DATABASE"


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
    """A URL where it is one; any other text is the path of a file."""
    if not isinstance(given, str | Path) or str(given).partition("://")[0] not in SCHEMES or "://" not in str(given):
        return given
    try:
        parts = urlsplit(str(given))
    except ValueError as error:
        raise ValueError(EXPECTED) from error
    if "@" in parts.path + parts.query + parts.fragment:
        # A password ended too early, and what is left of it would stand in print.
        raise ValueError(f"{EXPECTED}, with / ? # and @ of a password as %2F %3F %23 and %40")
    return PostgresUrl(str(given))


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
