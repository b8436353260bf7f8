"""Values of a request as people type them, and what they become; each raises RequestError, which names the option.

A number passes as it was stored: seconds, or a share of 1.
"""

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Annotated, Any

from fer_wire import TopicError
from fer_wire.desired import DAY_S
from fer_wire.errors import SettingsRefusedError
from fer_wire.manifest import PRECISIONS
from fer_wire.names import checked_name
from fer_wire.tuning import SETTINGS_FROM_AFAR, SettingValues, checked
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from fer_controller.errors import RequestError
from fer_controller.rollout.devices import selector
from fer_controller.rollout.evidence.gates import choose
from fer_controller.rollout.planning.windows import parse_start, parse_window

AUTO = "auto"
CHOICES = (AUTO, *PRECISIONS)

UNITS_S = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": DAY_S}
UNIT = "_s"
MOST_WAVES, MOST_WINDOWS = 50, 20
EXAMPLE_WAVES = "1,10%,50%,100%"


def seconds(typed: str, option: str, most_s: float) -> float:
    """The length of 90s, 10m, 2h or 1d."""
    found = re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|m|h|d)?\s*", typed)
    if not found or (found[2] is None and float(found[1])):
        raise RequestError(f"{option} {typed!r} is not a duration; write 90s, 10m, 2h or 1d.")
    length_s = float(found[1]) * UNITS_S[found[2] or "s"]
    if length_s > most_s:
        raise RequestError(f"{option} {typed} is too long; at most {most_s / DAY_S:g}d are possible.")
    return length_s


def duration(most_s: float) -> BeforeValidator:
    """A length of time, as seconds."""

    def read(typed: Any, field: ValidationInfo) -> Any:
        return seconds(typed, _option(field), most_s) if isinstance(typed, str) else typed

    return BeforeValidator(read, json_schema_input_type=str | float)


def count(least: int, most: int) -> AfterValidator:
    """A whole number within bounds."""

    def check(number: int, field: ValidationInfo) -> int:
        if not least <= number <= most:
            raise RequestError(f"{_option(field)} {number} is out of range; give {least} to {most}.")
        return number

    return AfterValidator(check)


def numbered(wave: str) -> Fraction:
    """The number of 5 or 5%."""
    return Fraction(wave.removesuffix("%"))


def model_name(typed: str) -> tuple[str, str | None]:
    """Name and version of NAME or NAME@VERSION; nothing names no model."""
    name, given, version = typed.partition("@")
    try:
        return (checked_name(name) if typed else ""), (checked_name(version) if given else None)
    except TopicError as error:
        raise RequestError(f"--model {typed!r} is not the name of a model; write NAME or NAME@VERSION.") from error


def assigned(typed: Iterable[str]) -> SettingValues:
    """The values of NAME=VALUE…, by name; raises RequestError."""
    parts = [each.partition("=") for each in typed]
    wrong = next(("".join(each) for each in parts if not all(part.strip() for part in each)), None)
    if wrong is not None:
        raise RequestError(f"{wrong!r} sets nothing; write NAME=VALUE, as in events.heartbeat_s=10.")
    values = {name.strip(): value.strip() for name, _, value in parts}
    if len(values) < len(parts):
        raise RequestError("The same setting is given two values; give it one.")
    try:
        return checked(values)
    except SettingsRefusedError as error:
        raise RequestError(
            f"{error}. `fer-controller settings list` shows what can be set, and within what."
        ) from error


def _assignments(typed: tuple[str, ...]) -> tuple[str, ...]:
    assigned(typed)
    return typed


def _setting_names(typed: tuple[str, ...]) -> tuple[str, ...]:
    for name in typed:
        if name not in SETTINGS_FROM_AFAR:
            raise RequestError(f"There is no setting {name!r}; `fer-controller settings list` shows what can be set.")
    return typed


def _share(typed: Any, field: ValidationInfo) -> Any:
    if not isinstance(typed, str):
        return typed
    found = re.fullmatch(r"\s*(\d{1,3}(?:\.\d{1,3})?)\s*%\s*", typed)
    if not found or float(found[1]) > 100:
        raise RequestError(f"{_option(field)} {typed!r} is not a share; write 0% to 100%.")
    return float(found[1]) / 100


def _precision(typed: str) -> str:
    if typed not in CHOICES:
        raise RequestError(f"There is no precision {typed!r}; use {', '.join(CHOICES)}.")
    return typed


def _selector(typed: str) -> str:
    selector.parse(typed)
    return typed


def _devices(typed: Iterable[str]) -> tuple[str, ...]:
    try:
        return tuple(dict.fromkeys(checked_name(each) for each in typed))
    except TopicError as error:
        raise RequestError(str(error)) from error


def _gates(typed: tuple[str, ...]) -> tuple[str, ...]:
    choose(typed)
    return typed


def _start(typed: str) -> str:
    return parse_start(typed).isoformat() if typed.strip() else ""


def _windows(typed: Any) -> Any:
    texts = [typed] if isinstance(typed, str) else typed
    return tuple(part.strip() for text in texts for part in str(text).split(";") if part.strip())


def _open_windows(typed: tuple[str, ...]) -> tuple[str, ...]:
    if len(typed) > MOST_WINDOWS:
        raise RequestError(f"There are {len(typed)} windows; at most {MOST_WINDOWS} are possible.")
    for each in typed:
        parse_window(each)
    return typed


def _split(typed: Any) -> Any:
    return tuple(part.strip() for part in typed.split(",")) if isinstance(typed, str) else typed


def _growing(waves: tuple[str, ...]) -> tuple[str, ...]:
    if len(waves) > MOST_WAVES:
        raise RequestError(f"--waves names {len(waves)} waves; at most {MOST_WAVES} are possible.")
    for wave in waves:
        found = re.fullmatch(r"(\d{1,7}(?:\.\d{1,3})?%|\d{1,7})", wave)
        if not found or not numbered(wave) or (wave.endswith("%") and numbered(wave) > 100):
            raise RequestError(
                f"--waves {wave!r} is not a size; write a number of devices or a share, as in {EXAMPLE_WAVES}."
            )
    for is_share in (True, False):
        sizes = [numbered(wave) for wave in waves if wave.endswith("%") is is_share]
        if sizes != sorted(set(sizes)):
            raise RequestError(
                f"--waves {','.join(waves)} do not grow; each names all devices up to its end, as in {EXAMPLE_WAVES}."
            )
    return waves


def _option(field: ValidationInfo) -> str:
    return f"--{(field.field_name or '').removesuffix(UNIT).replace('_', '-')}"


Share = Annotated[float, Field(ge=0, le=1), BeforeValidator(_share, json_schema_input_type=str | float)]
Precision = Annotated[str, AfterValidator(_precision), Field(json_schema_extra={"enum": [*CHOICES]})]
Selector = Annotated[str, AfterValidator(_selector)]
DeviceNames = Annotated[tuple[str, ...], AfterValidator(_devices)]
Gates = Annotated[tuple[str, ...], AfterValidator(_gates)]
Assignments = Annotated[tuple[str, ...], AfterValidator(_assignments)]
SettingNames = Annotated[tuple[str, ...], AfterValidator(_setting_names)]
Start = Annotated[str, AfterValidator(_start)]
Windows = Annotated[
    tuple[str, ...],
    BeforeValidator(_windows, json_schema_input_type=tuple[str, ...] | str),
    AfterValidator(_open_windows),
]
Waves = Annotated[
    tuple[str, ...], BeforeValidator(_split, json_schema_input_type=str | tuple[str, ...]), AfterValidator(_growing)
]
