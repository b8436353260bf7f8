"""What an operator should know of each device before a rollout begins."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fer_wire.contracts import SETTINGS
from fer_wire.desired import Artifact

from fer_controller.registry.model import VERSION_MARK, RegisteredModel
from fer_controller.rollout.devices.candidate import Candidate

UNENROLLED = "it has no certificate or token to fetch models with; `fer-controller enroll {device}` makes one"
KEYLESS = "it has no key that proves updates, and refuses them; give it the signing.pub as update.public_key"
OFFLINE = "it is offline"
FROZEN = "its last order expired and was not renewed: newer ones may be kept from it"
DISTRUSTS = "it did not trust what arrived last as an order ({why})"
NEWER = "it runs {model}, which is newer"
TAKEN = "rollout {rollout} has it, and loses it to this one"
DISK_FULL = "its disk has {free_mb:,.0f} MB left, and the files take {needed_mb:,.1f} MB"
UNSUITED = "{precision} does not suit it, but {suited}"
BYTES_PER_MB = 1e6


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What matters to an update beside what devices report of themselves."""

    enrolled: frozenset[str] | None = None
    """The devices that have a certificate or a token; None where they need none."""
    disk_free_mb: Mapping[str, float] = field(default_factory=dict)
    """By device, as it measured last."""


def warnings(
    each: Candidate, artifacts: Sequence[Artifact], model: RegisteredModel | None, around: Surroundings
) -> tuple[str, ...]:
    """What may go wrong with the device, each in words that follow its name; without a model settings come alone."""
    if model is None:
        return (*_trust(each), *_taken(each, SETTINGS))
    return (
        *_access(each, around), *_trust(each), *_newer(each, model), *_taken(each, model.task),
        *_files(each, artifacts, around),
    )  # fmt: skip


def _access(each: Candidate, around: Surroundings) -> Iterator[str]:
    if around.enrolled is not None and each.device not in around.enrolled:
        yield UNENROLLED.format(device=each.device)


def _trust(each: Candidate) -> Iterator[str]:
    if each.capabilities and each.capabilities.has_key is False:
        yield KEYLESS
    if each.trust and each.trust.order_expired:
        yield FROZEN
    if each.trust and each.trust.refusal:
        yield DISTRUSTS.format(why=each.trust.refusal.rstrip("."))
    if not each.online:
        yield OFFLINE


def _newer(each: Candidate, model: RegisteredModel) -> Iterator[str]:
    name, _, rest = each.running(model.task).partition(VERSION_MARK)
    if name == model.name and _numbers(rest.partition("/")[0]) > _numbers(model.version):
        yield NEWER.format(model=each.running(model.task))


def _taken(each: Candidate, task: str) -> Iterator[str]:
    if task in each.busy_with:
        yield TAKEN.format(rollout=each.busy_with[task])


def _files(each: Candidate, artifacts: Sequence[Artifact], around: Surroundings) -> Iterator[str]:
    needed_mb = sum(artifact.size_bytes for artifact in artifacts) / BYTES_PER_MB
    free_mb = around.disk_free_mb.get(each.device)
    if free_mb is not None and free_mb < needed_mb:
        yield DISK_FULL.format(free_mb=free_mb, needed_mb=needed_mb)
    suited = each.capabilities.precisions if each.capabilities else ()
    precision = artifacts[0].model.rpartition("/")[2]
    if suited and precision not in suited:
        yield UNSUITED.format(precision=precision, suited=" or ".join(suited))


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]
