"""What all messages have in common: they are frozen, ignore unknown fields, and are read and written in one way."""

import json
from datetime import datetime, timezone
from typing import Iterable, Tuple, Type, TypeVar, Union

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, ValidationError
from typing_extensions import Annotated

from fer_wire.errors import MessageError

MAX_PAYLOAD_BYTES = 65_536
SCHEMA_VERSION = 1
OUT_OF_BOUNDS = ("greater_than", "greater_than_equal", "less_than", "less_than_equal", "finite_number")
"""What pydantic says of a number that is one, but not a possible one."""
MAX_INT = 2**63 - 1
"""The largest integer that every database can store."""
MAX_COUNT = 2**53 - 1
"""The largest integer in a message: what every reader of JSON holds exactly, and is far from overflowing a sum."""

Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]
PositiveCount = Annotated[int, Field(ge=1, le=MAX_COUNT)]


def utc_ms(moment: datetime) -> datetime:
    """The same moment in UTC, cut to milliseconds; raises ValueError if its year in UTC is out of range."""
    utc = _in_utc(moment)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def iso_utc(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, so that text sorts as time does: 2026-01-31T12:00:00.000Z."""
    return _in_utc(moment).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(timezone.utc)
    except OverflowError as error:
        raise ValueError("the time lies outside the years 1 to 9999") from error


UtcTime = Annotated[AwareDatetime, AfterValidator(utc_ms), PlainSerializer(iso_utc, return_type=str)]


class Part(BaseModel):
    """A frozen part of a message; unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", protected_namespaces=(), allow_inf_nan=False)


class Message(Part):
    """A complete message, with the number of its schema."""

    schema_version: PositiveCount = Field(
        default=SCHEMA_VERSION, description="number of this message's schema; a newer one only adds fields"
    )

    def payload(self) -> bytes:
        """The message as JSON, UTF-8."""
        return self.model_dump_json().encode()


M = TypeVar("M", bound=Message)


def parse(kind: Type[M], payload: Union[bytes, str]) -> M:
    """Read a payload as one kind of message; raises MessageError with the place and the reason."""
    size_bytes = len(payload if isinstance(payload, bytes) else payload.encode(errors="replace"))
    if size_bytes > MAX_PAYLOAD_BYTES:
        raise MessageError(
            f"{kind.__name__}: the payload has {size_bytes} bytes; at most {MAX_PAYLOAD_BYTES} are accepted."
        )
    try:
        return kind.model_validate_json(payload, strict=True)
    except ValidationError as error:
        raise MessageError(f"{kind.__name__}: {_sentence(error)}") from error


def parse_possible(kind: Type[M], payload: Union[bytes, str]) -> M:
    """Read a payload as parse does, without the fields that are out of their bounds; raises MessageError.

    For what is measured: one reading that cannot be true costs no more than itself. Required fields stay required.
    """
    try:
        return parse(kind, payload)
    except MessageError as error:
        if not isinstance(error.__cause__, ValidationError):
            raise
        faults = error.__cause__.errors(include_url=False, include_context=False, include_input=False)
        if any(each["type"] not in OUT_OF_BOUNDS for each in faults):
            raise
        try:
            return parse(kind, _without([each["loc"] for each in faults], payload))
        except (MessageError, ValueError, LookupError, TypeError):
            raise error from error.__cause__


def _without(places: Iterable[Tuple[Union[int, str], ...]], payload: Union[bytes, str]) -> str:
    document = json.loads(payload)
    for *path, field in places:
        part = document
        for level in path:
            part = part[level]
        del part[field]
    return json.dumps(document)


def _sentence(error: ValidationError) -> str:
    first, *others = error.errors(include_url=False)
    place = ".".join(str(level) for level in first["loc"])
    more = f" (and {len(others)} more)" if others else ""
    own = first.get("ctx", {}).get("error")
    reason = own if isinstance(own, ValueError) else first["msg"]
    return f"{place + ': ' if place else ''}{reason}{more}"
