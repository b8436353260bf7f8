"""Reading events, of which most messages are: by a compiled decoder where nothing about them is unusual.

The decoder is made from the model of the wire, and takes nothing that the model refuses. Whatever it does not take, the
model reads, and says what is wrong with it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from types import NoneType
from typing import Annotated, Any, Union, cast, get_args, get_origin

import msgspec
from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from fer_wire import EmotionEvent, parse
from fer_wire.message import MAX_PAYLOAD_BYTES, iso_utc
from pydantic import AfterValidator, AwareDatetime, BaseModel, PlainSerializer, WithJsonSchema
from pydantic.fields import FieldInfo

LIMITS = {Ge: "ge", Gt: "gt", Le: "le", Lt: "lt", MinLen: "min_length", MaxLen: "max_length"}
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z")
"""As iso_utc writes it; what is written otherwise, the model understands."""
PLAIN = {str: str, bool: bool, int: int, float: float, AwareDatetime: str}
CHECKED_OTHERWISE = (AfterValidator, PlainSerializer, WithJsonSchema)


class EventReader:
    """Reads emotion events."""

    def __init__(self) -> None:
        self._decode: Callable[[bytes], Any] = msgspec.json.Decoder(struct_of(EmotionEvent)).decode
        self._checks = list(checks_of(EmotionEvent))

    def read(self, payload: bytes) -> tuple[EmotionEvent, str]:
        """An event, or what has all of its fields, and its time as text; raises MessageError."""
        event = self.read_quickly(payload)
        if event is not None:
            return cast("EmotionEvent", event), event.time
        message = parse(EmotionEvent, payload)
        return message, iso_utc(message.time)

    def read_quickly(self, payload: bytes) -> Any | None:
        """What has the fields of an event, with its time as text; None where the model has to look."""
        if len(payload) > MAX_PAYLOAD_BYTES:
            return None
        try:
            event = self._decode(payload)
            for name, check in self._checks:
                check(getattr(event, name))
            datetime.fromisoformat(event.time)
        except (msgspec.MsgspecError, ValueError):
            return None
        return event if TIME.fullmatch(event.time) else None


def struct_of(model: type[BaseModel], besides: tuple[type, ...] = CHECKED_OTHERWISE) -> type[msgspec.Struct]:
    """What decodes the JSON of a model with its bounds, and refuses fields that the model does not know.

    Raises TypeError for anything else that the model asks of a value, but for what is checked besides.
    """
    fields = []
    for name, field in model.model_fields.items():
        kind = _bounded(field.annotation, [each for each in field.metadata if not isinstance(each, besides)])
        fields.append((name, kind) if field.is_required() else (name, kind, field.default))
    return msgspec.defstruct(model.__name__, fields, kw_only=True, forbid_unknown_fields=True, gc=False)


def checks_of(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    """By field the functions that the model calls with a value, and that raise ValueError; of times none."""
    methods = model.__pydantic_decorators__
    if methods.field_validators or methods.model_validators:
        raise TypeError(f"{model.__name__} checks its fields in methods, of which the decoder does not know")
    for name, field in model.model_fields.items():
        if field.annotation is not AwareDatetime:
            yield from ((name, each.func) for each in field.metadata if isinstance(each, AfterValidator))


def _bounded(annotation: Any, metadata: Sequence[Any]) -> Any:
    """A type for the decoder; metadata are the bounds of its values."""
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return _bounded(arguments[0], [*metadata, *(bound for each in arguments[1:] for bound in _bounds(each))])
    if get_origin(annotation) is Union and arguments[1:] == (NoneType,):
        return _bounded(arguments[0], metadata) | None
    plain, limits = _plain(annotation, arguments), {}
    for each in metadata:
        if type(each) not in LIMITS:
            raise TypeError(f"the decoder does not know what {each!r} asks of a value")
        limits[LIMITS[type(each)]] = getattr(each, LIMITS[type(each)])
    return Annotated[plain, msgspec.Meta(**limits)] if limits else plain


def _bounds(metadata: Any) -> list[Any]:
    return metadata.metadata if isinstance(metadata, FieldInfo) else [metadata]


def _plain(annotation: Any, arguments: tuple[Any, ...]) -> Any:
    if annotation in PLAIN:
        return PLAIN[annotation]
    if get_origin(annotation) is dict and arguments[0] is str:
        return dict[str, _bounded(arguments[1], [])]  # type: ignore[misc]  # made at run time
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return struct_of(annotation, besides=())
    raise TypeError(f"the decoder does not know the type {annotation!r}")
