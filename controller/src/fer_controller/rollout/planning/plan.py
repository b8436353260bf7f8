"""The plan of a rollout: which device gets which file or settings in which wave, and why."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fer_wire.contracts import CLASSIFIER, SETTINGS
from fer_wire.desired import Artifact
from fer_wire.device.precisions import KNOWN_CLASSES, first_choice, spoken, suited
from fer_wire.reported import Capabilities
from fer_wire.tuning import SettingValues, spelled

from fer_controller.registry.model import RegisteredModel
from fer_controller.rollout.devices import selector
from fer_controller.rollout.devices.candidate import Candidate
from fer_controller.rollout.planning.request import DeployRequest
from fer_controller.rollout.planning.typed import AUTO
from fer_controller.rollout.planning.warnings import Surroundings, warnings

NOTHING_KNOWN = Surroundings()

RUNS_ALREADY = "it runs {model} already"
REVOKED = "it was revoked; `fer-controller enroll` takes it in again"
QUARANTINED = "it is in quarantine: {reason}"
NO_CAPABILITIES = "it never said what it is made of"
UNKNOWN_CLASS = "its class {found!r} is not known; name a precision"
NO_VARIANT = "{model} has none of {precisions}"
HAS_SETTINGS = "it has these settings already"
HAS_ITS_OWN = "it sets {names} itself; take that out there"
LACKS_TASK = "its agent takes no {task} from a rollout"
NO_WAY_BACK = "it runs {model}, which no rollout could bring back"
NEVER_HEARD_OF = "no such device was ever heard of"
OFFLINE = "it is offline; --offline plans it, too"
BEYOND_WAVES = "the last wave ends before it"
SETTINGS_ALONE = "settings alone"


@dataclass(frozen=True, slots=True)
class Planned:
    """A device and what it is to run; of several artifacts it takes the one that it runs fastest."""

    device: str
    wave: int
    device_class: str
    online: bool
    running: str
    artifacts: tuple[Artifact, ...]
    why: str
    bytes_to_move: int
    supersedes: str = ""
    waits_for: str = ""
    """A rollout of another task that has the device; this one begins when that has ended."""
    warnings: tuple[str, ...] = ()
    """What may go wrong with it."""
    settings: SettingValues | None = None
    """All settings from afar that it would have; None where the rollout leaves them as they are."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A device that was selected but gets nothing."""

    device: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole rollout before it begins."""

    change: str
    """NAME@VERSION, the settings as they are typed, or both."""
    task: str
    manifest_url: str
    request: DeployRequest
    devices: tuple[Planned, ...]
    left_out: tuple[LeftOut, ...]
    doubts: tuple[str, ...] = ()
    """What its gates could not decide."""

    @property
    def waves(self) -> tuple[int, ...]:
        """How many devices each wave has."""
        sizes = Counter(each.wave for each in self.devices)
        return tuple(sizes[number] for number in range(1, max(sizes, default=0) + 1))

    @property
    def gates(self) -> tuple[str, ...]:
        """The gates that hold, as they are written."""
        return tuple(map(str, self.request.chosen_gates(self.task)))

    @property
    def bytes_to_move(self) -> int:
        """For all devices together, if each fetches every file that it may choose from."""
        return sum(each.bytes_to_move for each in self.devices)


def plan(
    request: DeployRequest,
    fleet: Iterable[Candidate],
    model: RegisteredModel | None,
    around: Surroundings = NOTHING_KNOWN,
) -> Plan:
    """The plan for the devices of the fleet that the request selects; without a model it brings settings alone."""
    task = model.task if model else SETTINGS
    selected, left_out = _selected(request, fleet, task)
    taking: list[tuple[Candidate, tuple[Artifact, ...], str]] = []
    for each in selected:
        artifacts, why = _variant(request, each, model) if model else ((), SETTINGS_ALONE)
        reason = _obstacle(request, each, task, artifacts, why) or _absence(request, each)
        if reason:
            left_out.append(LeftOut(each.device, reason))
        else:
            taking.append((each, artifacts, why))
    named = " with ".join(filter(None, (model.label if model else "", request.settings_words)))
    order = {device: place for place, device in enumerate(_ordered([each for each, _, _ in taking], named))}
    taking.sort(key=lambda each: order[each[0].device])
    sizes = request.sizes(len(taking))
    reached = sizes[-1] if sizes else 0
    planned = tuple(
        _planned(request, each, task, _wave(place, sizes), warnings(each[0], each[1], model, around))
        for place, each in enumerate(taking[:reached])
    )
    left_out += [LeftOut(each.device, BEYOND_WAVES) for each, _, _ in taking[reached:]]
    left_out.sort(key=lambda each: each.device)
    return Plan(named, task, model.manifest_url if model else "", request, planned, tuple(left_out))


def _selected(request: DeployRequest, fleet: Iterable[Candidate], task: str) -> tuple[list[Candidate], list[LeftOut]]:
    if not request.devices:
        terms = selector.parse(request.selector)
        return [each for each in fleet if selector.matches(terms, each.facts(task))], []
    known = {each.device: each for each in fleet}
    unknown = [LeftOut(name, NEVER_HEARD_OF) for name in request.devices if name not in known]
    return [known[name] for name in request.devices if name in known], unknown


def _variant(request: DeployRequest, each: Candidate, model: RegisteredModel) -> tuple[tuple[Artifact, ...], str]:
    """The files to choose from, the first choice first, and why; or no files, and why not."""
    had = [variant.precision for variant in model.manifest.variants]
    named = model.label
    if request.precision != AUTO:
        if request.precision not in had:
            return (), NO_VARIANT.format(model=named, precisions=request.precision)
        return (model.artifact(request.precision),), f"{request.precision} was asked for"
    if each.capabilities is None:
        return (), NO_CAPABILITIES
    wanted = _suited(each.capabilities)
    if not wanted:
        return (), UNKNOWN_CLASS.format(found=each.device_class)
    taken = [precision for precision in wanted if precision in had]
    if not taken:
        return (), NO_VARIANT.format(model=named, precisions=" or ".join(wanted))
    place = f"{each.device_class} with {spoken(first_choice(each.capabilities.providers))}"
    why = f"{place}: {taken[0]}" + (f", or {' or '.join(taken[1:])} if it measures faster" if taken[1:] else "")
    return tuple(model.artifact(precision) for precision in taken), why


def _suited(capabilities: Capabilities) -> Sequence[str]:
    """The precisions that suit a device, as it reports them; an older agent reports none, so the wire's table says."""
    known = capabilities.device_class in KNOWN_CLASSES
    by_class = suited(capabilities.device_class, first_choice(capabilities.providers)) if known else ()
    return capabilities.precisions or by_class


def _obstacle(request: DeployRequest, each: Candidate, task: str, artifacts: Sequence[Artifact], why: str) -> str:
    if each.revoked:
        return REVOKED
    if each.quarantined:
        return QUARANTINED.format(reason=each.quarantined)
    if each.capabilities is None:
        return NO_CAPABILITIES
    lacking = {task, *((SETTINGS,) if request.changes_settings else ())}.difference(each.capabilities.tasks)
    if lacking:
        return LACKS_TASK.format(task=" and no ".join(sorted(lacking)))
    if not artifacts and task != SETTINGS:
        return why
    return _refusal(request, each, task, artifacts) or _own_settings(request, each)


def _absence(request: DeployRequest, each: Candidate) -> str:
    """Why a device that is offline is not planned: it was neither named nor asked for."""
    return "" if each.online or request.offline or request.devices else OFFLINE


def _refusal(request: DeployRequest, each: Candidate, task: str, artifacts: Sequence[Artifact]) -> str:
    """Why what it has now keeps it from the change; dlib, which finds faces without a file, cannot be sent back."""
    serves, settings = each.serving.get(task), _settings(request, each)
    has_settings = settings is None or (each.settings is not None and settings == each.settings.afar)
    if task == SETTINGS:
        return HAS_SETTINGS if has_settings else ""
    if serves and has_settings and serves.sha256 in {artifact.sha256 for artifact in artifacts}:
        return RUNS_ALREADY.format(model=serves.model)
    if serves and not serves.sha256 and task != CLASSIFIER:
        return NO_WAY_BACK.format(model=serves.model)
    return ""


def _settings(request: DeployRequest, each: Candidate) -> SettingValues | None:
    """All settings from afar that it is to have; None where the rollout leaves them as they are."""
    if not request.changes_settings:
        return None
    return request.settings_after(each.settings.afar if each.settings else {})


def _own_settings(request: DeployRequest, each: Candidate) -> str:
    """Why the device would refuse the settings: what is set on it, nothing from afar changes."""
    after = _settings(request, each) or {}
    had = each.settings.afar if each.settings else {}
    own = each.settings.own if each.settings else {}
    names = [name for name in after if name in own and after[name] != had.get(name)]
    return HAS_ITS_OWN.format(names=" and ".join(names)) if names else ""


def _ordered(taking: Sequence[Candidate], seed: str) -> list[str]:
    """Online devices first, classes taking turns, otherwise at random; the order is the same for the same model."""
    ranks: Counter[tuple[bool, str]] = Counter()
    keyed: list[tuple[bool, int, str, str]] = []
    for lot, each in sorted((_lot(seed, each.device), each) for each in taking):
        group = (each.online, each.device_class)
        keyed.append((not each.online, ranks[group], lot, each.device))
        ranks[group] += 1
    return [device for *_, device in sorted(keyed)]


def _lot(seed: str, device: str) -> str:
    return hashlib.sha256(f"{seed}\n{device}".encode()).hexdigest()


def _wave(place: int, sizes: Sequence[int]) -> int:
    return next(number for number, size in enumerate(sizes, 1) if place < size)


def _planned(
    request: DeployRequest, taken: tuple[Candidate, tuple[Artifact, ...], str], task: str, wave: int,
    beware: tuple[str, ...],
) -> Planned:  # fmt: skip
    each, artifacts, why = taken
    others = [rollout for other, rollout in each.busy_with.items() if other != task]
    return Planned(
        each.device, wave, each.device_class, each.online, _has_now(each, task), artifacts, why,
        sum(artifact.size_bytes for artifact in artifacts), each.busy_with.get(task, ""), next(iter(others), ""),
        beware, _settings(request, each),
    )  # fmt: skip


def _has_now(each: Candidate, task: str) -> str:
    if task != SETTINGS:
        return each.running(task)
    return spelled(each.settings.afar) if each.settings else ""
