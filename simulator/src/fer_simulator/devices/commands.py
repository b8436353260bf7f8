"""How a simulated device carries out what it is asked: by the rules of every device, a moment after it was asked."""

from collections.abc import Callable
from dataclasses import dataclass

from fer_wire import Command, Reply, parse
from fer_wire.commands import DONE, REFUSED, WHY_CHARACTERS, Diagnosis
from fer_wire.device.commands import TOO_MANY, Taken, refusal, unproven
from fer_wire.device.deeds import Sources, diagnosed, fitted
from fer_wire.device.trust import Trust

from fer_simulator.clock import Timers
from fer_simulator.devices.disk import Disk

BEGIN_S = 0.3
KEPT = 8
"""Replies that are remembered to be said again."""


@dataclass(frozen=True)
class Obeying:
    """What commands are carried out with."""

    timers: Timers
    trust: Trust
    """Whose commands are taken; without keys anybody's, as with orders."""
    sources: Sources
    reply: Callable[[Reply], None]
    restart: Callable[[], None]


class Commands:
    """The commands to one device, over all its runs; each is noted on its disk before it is begun."""

    def __init__(self, device: str, disk: Disk, means: Obeying) -> None:
        self._device, self._disk, self._means = device, disk, means
        self._run = ""
        self._replies: dict[str, Reply] = {}

    def began(self, run: str) -> None:
        """Another run of the agent: what earlier ones took and did not end is settled by the rules."""
        self._run, self._replies = run, {}
        for each in self._disk.ledger.unsettled(run):
            self._end(each, *each.settlement)

    def ended(self) -> None:
        """The run is over: nothing more is begun in it."""
        self._run = ""

    def take(self, payload: bytes) -> None:
        """Take what arrived as a command, and say what is refused; raises MessageError for anything else."""
        command, ledger, now = parse(Command, payload), self._disk.ledger, self._means.timers.time()
        why_not = self._unproven(command, payload) or refusal(command, self._device, now)
        known = ledger.of(command.command)
        if known:
            self._say_again(known, why_not)
        elif why_not or not ledger.has_room(now):
            self._reply(command.command, REFUSED, why_not or TOO_MANY)
        else:
            self._disk.ledger = ledger.with_taken(command, self._run, now)
            self._begin_soon(self._disk.ledger.taken[-1])

    def _unproven(self, command: Command, payload: bytes) -> str:
        return "" if self._means.trust.keys is None else unproven(command, payload, self._means.trust)

    def _say_again(self, known: Taken, why_not: str) -> None:
        """The controller asks until it has the reply."""
        if why_not or not known.outcome:
            return
        if known.command in self._replies:
            self._means.reply(self._replies[known.command])
        else:
            self._reply(known.command, *known.without_reply)

    def _begin_soon(self, taken: Taken) -> None:
        self._means.timers.later(BEGIN_S, lambda: self._carry_out(taken) if taken.run == self._run else None)

    def _carry_out(self, taken: Taken) -> None:
        self._disk.journal.note(self._means.timers.time(), f"The command {taken.kind} is carried out.")
        if taken.restarts:
            self._means.restart()
        else:
            self._end(taken, DONE, "", diagnosed(taken.kind, self._means.sources, self._means.timers.time()))

    def _end(self, taken: Taken, outcome: str, reason: str, diagnosis: Diagnosis | None = None) -> None:
        self._disk.ledger = self._disk.ledger.with_outcome(taken.command, outcome, reason)
        self._reply(taken.command, outcome, reason, diagnosis)

    def _reply(self, command: str, outcome: str, reason: str, diagnosis: Diagnosis | None = None) -> None:
        reply = Reply(
            command=command, device=self._device, run=self._run, time=self._means.timers.time(), outcome=outcome,
            reason=reason[:WHY_CHARACTERS], diagnosis=diagnosis,
        )  # fmt: skip
        self._replies[command] = fitted(reply)
        if len(self._replies) > KEPT:
            del self._replies[next(iter(self._replies))]
        self._means.reply(self._replies[command])
