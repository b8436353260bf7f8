"""What all messages share: frozen, unknown fields ignored, one way in and one way out."""

from datetime import datetime, timezone
from typing import Type, TypeVar, Union

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer, ValidationError
from typing_extensions import Annotated

from fer_wire.errors import MessageError

MAX_PAYLOAD_BYTES = 65_536
SCHEMA_VERSION = 1


def iso_utc(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, so that text sorts as time does: 2026-01-31T12:00:00.000Z."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


UtcTime = Annotated[AwareDatetime, PlainSerializer(iso_utc, return_type=str)]


class Part(BaseModel):
    """A frozen part of a message; fields it does not know are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", protected_namespaces=(), allow_inf_nan=False)


class Message(Part):
    """A message of its own, with the number of its schema."""

    schema_version: int = SCHEMA_VERSION

    def payload(self) -> bytes:
        """The message as JSON, UTF-8."""
        return self.model_dump_json().encode()


M = TypeVar("M", bound=Message)


def parse(kind: Type[M], payload: Union[bytes, str]) -> M:
    """Read a payload as one kind of message; raises MessageError with the place and the reason."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise MessageError(
            f"{kind.__name__}: the payload has {len(payload)} bytes; at most {MAX_PAYLOAD_BYTES} are accepted."
        )
    try:
        return kind.model_validate_json(payload)
    except ValidationError as error:
        raise MessageError(f"{kind.__name__}: {_sentence(error)}") from error


def _sentence(error: ValidationError) -> str:
    first, *others = error.errors(include_url=False)
    place = ".".join(str(level) for level in first["loc"])
    more = f" (and {len(others)} more)" if others else ""
    return f"{place + ': ' if place else ''}{first['msg']}{more}"
