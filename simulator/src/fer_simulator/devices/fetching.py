"""How a simulated device gets the files of one desired state: the manifest first, then the files it does not hold."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from fer_wire import Artifact, Desired, MessageError, ModelManifest, parse
from fer_wire.device.transitions import BROKE_OFF, FETCHED, REFUSED
from fer_wire.device.trust import NO_KEYS, Trust

from fer_simulator.clock import Timers
from fer_simulator.devices.disk import Disk
from fer_simulator.downloads.request import Outcome, Part, Request, Source
from fer_simulator.model import Model
from fer_simulator.traits.effects import Effects
from fer_simulator.traits.faults import SLOW
from fer_simulator.traits.identity import Identity

RETRIES = 5
RETRY_PAUSE_S = 1.0
SLOW_PIECE_BYTES = 64 * 1024
SLOW_PAUSE_S = 1.0
PROGRESS_EVERY_S = 5.0
NOTHING = Part()


@dataclass(frozen=True)
class Means:
    """What an update works with."""

    timers: Timers
    files: Source
    effects: Effects
    report: Callable[[], None]
    die: Callable[[], None]
    trust: Trust = NO_KEYS


class Fetching:
    """Runs until it is canceled or has called `ended` with the outcome and the reason."""

    def __init__(
        self,
        order: Desired,
        identity: Identity,
        disk: Disk,
        means: Means,
        dice: random.Random,
        ended: Callable[[str, str], None],
    ) -> None:
        """The record and the slots on the disk follow what arrives; ended takes the event of the update and a reason.

        Dice spread the pauses between two attempts.
        """
        self._order, self._identity, self._disk, self._means, self._dice = order, identity, disk, means, dice
        self._tell = ended
        self._over = False
        self._tries = 0
        self._vouched = False
        self._progress_at = means.timers.now()

    def cancel(self) -> None:
        """Stop, even in the middle of a download; `ended` is not called."""
        self._over = True

    def go_on(self) -> None:
        """Fetch what comes next."""
        if self._over:
            return
        self._tell_progress()
        missing = [each for each in self._order.artifacts if not self._disk.changing.holds(each.sha256)]
        if not missing:
            self._end(FETCHED)
        elif not self._order.manifest_url or not all(each.url for each in missing):
            self._end(BROKE_OFF, f"{missing[0].model} is not here, and the desired state does not say where it is")
        elif not self._vouched:
            self._fetch_manifest()
        else:
            self._fetch_file(missing[0])

    def _tell_progress(self) -> None:
        """The record learns how much is here, as a device that holds some of the files counts it."""
        parts, slots = self._disk.parts, self._disk.changing
        here_bytes = sum(
            each.size_bytes if slots.holds(each.sha256) else parts.get(each.sha256, NOTHING).received_bytes
            for each in self._order.artifacts
        )
        self._disk.record = self._disk.record.fetched(here_bytes)

    def _fetch_manifest(self) -> None:
        self._fetch(self._request(self._order.manifest_url), lambda got: self._vouch(got.body))

    def _vouch(self, payload: bytes) -> None:
        try:
            manifest = parse(ModelManifest, payload)
        except MessageError as error:
            self._end(REFUSED, str(error)[:400])
            return
        if manifest.task != self._order.task:
            self._end(REFUSED, f"{manifest.name}@{manifest.version} is a {manifest.task}, not a {self._order.task}")
            return
        known = {(manifest.reference(each.precision), each.sha256, each.size_bytes) for each in manifest.variants}
        strangers = [each for each in self._order.artifacts if (each.model, each.sha256, each.size_bytes) not in known]
        if strangers:
            self._end(REFUSED, f"the manifest of {manifest.name}@{manifest.version} knows no such {strangers[0].model}")
            return
        self._vouched = True
        self.go_on()

    def _fetch_file(self, artifact: Artifact) -> None:
        part = self._disk.parts.setdefault(artifact.sha256, Part())
        piece_bytes = SLOW_PIECE_BYTES if SLOW in self._identity.faults else None
        request = replace(
            self._request(artifact.url), part=part, size_bytes=artifact.size_bytes, piece_bytes=piece_bytes
        )
        self._fetch(request, lambda _outcome: self._got(artifact, part))

    def _got(self, artifact: Artifact, part: Part) -> None:
        if part.received_bytes < artifact.size_bytes:
            self._go_on_later(artifact, part)
        elif part.sha256 != artifact.sha256:
            self._end(REFUSED, f"{artifact.model} has the hash {part.sha256[:12]}…, not {artifact.sha256[:12]}…")
        else:
            self._disk.changing.take_in(Model(artifact.model, artifact.sha256))
            self.go_on()

    def _go_on_later(self, artifact: Artifact, part: Part) -> None:
        if SLOW in self._identity.faults:
            self._tries = 0
            self._means.timers.later(SLOW_PAUSE_S, self.go_on)
        else:
            self._try_again(f"{artifact.url} ended after {part.received_bytes} of {artifact.size_bytes} bytes")
        now = self._means.timers.now()
        if not self._over and now - self._progress_at >= PROGRESS_EVERY_S:
            self._progress_at = now
            self._tell_progress()
            self._means.report()

    def _request(self, url: str) -> Request:
        """With what lets the device in at its controller."""
        return Request(url, self._identity.token, files=self._identity.files)

    def _fetch(self, request: Request, done: Callable[[Outcome], None]) -> None:
        def answered(outcome: Outcome) -> None:
            if self._over:
                return
            if outcome.busy_s:
                self._means.timers.later(outcome.busy_s * self._dice.uniform(1.0, 2.0), self.go_on)
            elif outcome.fault and outcome.final:
                self._end(REFUSED if outcome.wrong_size else BROKE_OFF, outcome.fault)
            elif outcome.fault:
                self._try_again(outcome.fault)
            else:
                done(outcome)

        self._means.files.fetch(request, lambda: not self._over, answered)

    def _try_again(self, fault: str) -> None:
        self._tries += 1
        if self._tries > RETRIES:
            self._end(BROKE_OFF, fault)
        else:
            pause_s = RETRY_PAUSE_S * 2.0 ** (self._tries - 1) * self._dice.uniform(0.5, 1.0)
            self._means.timers.later(pause_s, self.go_on)

    def _end(self, how: str, why: str = "") -> None:
        self._over = True
        self._tell(how, why)
