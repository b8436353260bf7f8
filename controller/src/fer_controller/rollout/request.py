"""What `deploy` is asked for; each value that is not spelt as it should be is one sentence."""

import re
from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from fer_wire import TopicError
from fer_wire.desired import DAY_S, PROBATION_S
from fer_wire.manifest import PRECISIONS
from fer_wire.names import checked_name
from pydantic import BaseModel, ConfigDict, Field

from fer_controller.errors import RequestError
from fer_controller.rollout.devices import selector
from fer_controller.rollout.evidence.gates import Gate, choose

AUTO = "auto"
UNITS_S = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}
WAVES = "1,10%,50%,100%"
SOAK = "10m"
DEADLINE = "1h"
MAX_FAILURES = "5%"
MIN_COMMITTED = "50%"
ATTEMPTS = 2
CONCURRENCY = 100
PROBATION = f"{PROBATION_S:g}s"
MOST_WAVES = 50
MONTH_S = 31 * DAY_S


class Request(BaseModel):
    """A checked request, as it is stored with its rollout."""

    model_config = ConfigDict(frozen=True, extra="ignore", protected_namespaces=())

    model: str = ""
    version: str | None = None
    precision: str = AUTO
    selector: str = ""
    devices: tuple[str, ...] = ()
    waves: tuple[str, ...] = ()
    soak_s: float
    gates: tuple[str, ...] = ()
    max_failures: float
    min_committed: float
    deadline_s: float
    attempts: int
    concurrency: int
    probation_s: float

    def sizes(self, devices: int) -> list[int]:
        """How many devices are in a wave or an earlier one, wave by wave; a wave that adds none is left out."""
        found: list[int] = []
        for wave in self.waves:
            size = min(devices, _share(wave, devices))
            if size > (found[-1] if found else 0):
                found.append(size)
        return found

    def chosen_gates(self) -> tuple[Gate, ...]:
        """The gates that hold for it."""
        return choose(self.gates)


class Words(BaseModel):
    """What is asked for, as it is typed: the options of `deploy`, and the body that the API takes."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model: str | None = Field(default=None, description="NAME or NAME@VERSION; by default the newest of the one")
    precision: str = Field(default=AUTO, description="auto, fp32, fp16 or int8")
    selector: str = Field(default="", description="'class=nano,site=lab'; by default all devices")
    devices: tuple[str, ...] = Field(default=(), description="only these, instead of a selector")
    waves: str = Field(default=WAVES, description="devices or shares up to the end of each wave")
    soak: str = Field(default=SOAK, description="how long a wave is watched before the next one")
    gates: tuple[str, ...] = Field(default=(), description="fps>=0.8x, temperature<=+8 or METRIC=off")
    max_failures: str = Field(default=MAX_FAILURES, description="more of a wave failing turns back")
    min_committed: str = Field(default=MIN_COMMITTED, description="fewer of a wave committing pauses")
    deadline: str = Field(default=DEADLINE, description="how long a wave waits for stragglers")
    attempts: int = Field(default=ATTEMPTS, description="tries of a device")
    concurrency: int = Field(default=CONCURRENCY, description="devices that update at once, at most")
    probation: str = Field(default=PROBATION, description="how long a model must serve well on a device")

    def request(self) -> Request:
        """The request that they make; raises RequestError."""
        words = self.model_dump(exclude={"selector"})
        return parse(**words, selector_=self.selector)


def parse(
    *,
    model: str | None = None,
    precision: str = AUTO,
    selector_: str = "",
    devices: Sequence[str] = (),
    waves: str = WAVES,
    soak: str = SOAK,
    gates: Sequence[str] = (),
    max_failures: str = MAX_FAILURES,
    min_committed: str = MIN_COMMITTED,
    deadline: str = DEADLINE,
    attempts: int = ATTEMPTS,
    concurrency: int = CONCURRENCY,
    probation: str = PROBATION,
) -> Request:
    """The request that these words make; raises RequestError."""
    name, version = _model(model or "")
    if precision not in (AUTO, *PRECISIONS):
        raise RequestError(f"There is no precision {precision!r}; use {AUTO}, {', '.join(PRECISIONS)}.")
    if selector_ and devices:
        raise RequestError("--selector and --device exclude each other; give one of them.")
    selector.parse(selector_)
    choose(gates)
    return Request(
        model=name, version=version, precision=precision, selector=selector_, devices=_names(devices),
        waves=_waves(waves), soak_s=seconds(soak, "--soak", MONTH_S), gates=tuple(gates),
        max_failures=_percent(max_failures, "--max-failures"), min_committed=_percent(min_committed, "--min-committed"),
        deadline_s=seconds(deadline, "--deadline", MONTH_S), attempts=_count(attempts, "--attempts", 1, 100),
        concurrency=_count(concurrency, "--concurrency", 1, 1_000_000),
        probation_s=seconds(probation, "--probation", DAY_S),
    )  # fmt: skip


def seconds(text: str, option: str, most_s: float) -> float:
    """90s, 10m, 2h or 1d; raises RequestError."""
    found = re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|m|h|d)?\s*", text)
    if not found or (found[2] is None and float(found[1])):
        raise RequestError(f"{option} {text!r} is no duration; write 90s, 10m, 2h or 1d.")
    length_s = float(found[1]) * UNITS_S[found[2] or "s"]
    if length_s > most_s:
        raise RequestError(f"{option} {text} is too long; at most {most_s / DAY_S:g}d are possible.")
    return length_s


def _model(text: str) -> tuple[str, str | None]:
    name, given, version = text.partition("@")
    try:
        return (checked_name(name) if text else ""), (checked_name(version) if given else None)
    except TopicError as error:
        raise RequestError(f"--model {text!r} names no model; write NAME or NAME@VERSION.") from error


def _names(devices: Sequence[str]) -> tuple[str, ...]:
    try:
        return tuple(dict.fromkeys(checked_name(each) for each in devices))
    except TopicError as error:
        raise RequestError(str(error)) from error


def _waves(text: str) -> tuple[str, ...]:
    waves = tuple(part.strip() for part in text.split(","))
    if len(waves) > MOST_WAVES:
        raise RequestError(f"--waves names {len(waves)} waves; at most {MOST_WAVES} are possible.")
    for wave in waves:
        found = re.fullmatch(r"(\d{1,7}(?:\.\d{1,3})?%|\d{1,7})", wave)
        if not found or not _number(wave) or (wave.endswith("%") and _number(wave) > 100):
            raise RequestError(f"--waves {wave!r} is no size; write a number of devices or a share, as in {WAVES}.")
    shares = [_number(wave) for wave in waves if wave.endswith("%")]
    counts = [_number(wave) for wave in waves if not wave.endswith("%")]
    if shares != sorted(set(shares)) or counts != sorted(set(counts)):
        raise RequestError(f"--waves {text} do not grow; each names all devices up to its end, as in {WAVES}.")
    return waves


def _share(wave: str, devices: int) -> int:
    return ceil(_number(wave) / 100 * devices) if wave.endswith("%") else int(wave)


def _number(wave: str) -> Fraction:
    return Fraction(wave.removesuffix("%"))


def _percent(text: str, option: str) -> float:
    found = re.fullmatch(r"\s*(\d{1,3}(?:\.\d{1,3})?)\s*%\s*", text)
    if not found or float(found[1]) > 100:
        raise RequestError(f"{option} {text!r} is no share; write 0% to 100%.")
    return float(found[1]) / 100


def _count(number: int, option: str, least: int, most: int) -> int:
    if not least <= number <= most:
        raise RequestError(f"{option} {number} is out of range; give {least} to {most}.")
    return number


def loaded(text: str) -> Request:
    """As it was stored."""
    return Request.model_validate_json(text)


__all__ = ["AUTO", "Request", "Words", "loaded", "parse", "seconds"]
