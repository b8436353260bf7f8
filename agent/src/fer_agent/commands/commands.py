"""Takes commands, notes each before it is begun, and carries them out one by one in a thread of its own."""

import logging
import threading
from collections import deque
from datetime import datetime, timezone
from typing import Callable, Deque, Optional

from fer_wire import Command, MessageError, Reply, parse
from fer_wire.commands import DONE, FAILED, REFUSED, RESTART, WHY_CHARACTERS, Diagnosis
from fer_wire.device.commands import AGAIN, TOO_MANY, Taken, refusal, unproven
from fer_wire.device.deeds import Sources, diagnosed, fitted
from fer_wire.device.trust import Trust
from fer_wire.message import MAX_PAYLOAD_BYTES

from fer_agent.commands.ledger_file import LedgerFile
from fer_agent.commands.replies import Replies
from fer_agent.errors import AgentError, StateError

log = logging.getLogger(__name__)

STOP_S = 5.0
UNWATCHED = "Nothing would start the agent again: it is no service of systemd, nor the first process of a container."


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Commands:
    """The commands to one device in one run of its agent."""

    def __init__(
        self,
        device: str,
        run: str,
        trust: Callable[[], Trust],
        file: LedgerFile,
        replies: Replies,
        sources: Sources,
        restart: Optional[Callable[[], object]],
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        """Restart asks for the end of the process; None where nothing would start it again."""
        self._device, self._run, self._trust, self._now = device, run, trust, now
        self._file, self._replies, self._sources, self._restart = file, replies, sources, restart
        self._waiting: Deque[Taken] = deque()
        self._changed, self._ending = threading.Condition(), False
        self._thread = threading.Thread(target=self._work, name="commands", daemon=True)
        self._ledger = file.load()
        self._settle_earlier_runs()

    def start(self) -> None:
        """Begin to carry out."""
        self._thread.start()

    def stop(self) -> None:
        """End; a command that is under way is left to itself, and replied to by the next run."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(STOP_S)

    def take(self, payload: bytes) -> None:
        """Take what arrived as a command; what is refused is logged and, where it has an id, replied."""
        try:
            command = parse(Command, payload)
            why_not = unproven(command, payload, self._trust()) or refusal(command, self._device, self._now())
        except MessageError as error:
            log.error("A command is passed over. %s", error)
            return
        with self._changed:
            known = self._ledger.of(command.command)
            why_not = why_not or ("" if known else self._note(command))
        if known:
            self._say_again(known, why_not)
        elif why_not:
            self._refuse(command, why_not)

    def _note(self, command: Command) -> str:
        """Save it, so that it is begun once at most, and queue it; returns why that cannot be done."""
        if not self._ledger.has_room(self._now()):
            return TOO_MANY
        ledger = self._ledger.with_taken(command, self._run, self._now())
        try:
            self._file.save(ledger)
        except StateError as error:
            return str(error)
        self._ledger = ledger
        self._waiting.append(ledger.taken[-1])
        self._changed.notify_all()
        return ""

    def _refuse(self, command: Command, why: str) -> None:
        log.warning("The command %s (%s) is refused. %s", command.kind[:32], command.command, why)
        self._reply(command.command, REFUSED, why)

    def _say_again(self, known: Taken, why_not: str) -> None:
        """The controller asks until it has the reply; what only repeats an old command is no reason to speak."""
        if why_not or not known.outcome:
            log.debug("The command %s is passed over. %s", known.command, why_not or AGAIN)
        elif not self._replies.say_again(known.command):
            self._reply(known.command, *known.without_reply)

    def _settle_earlier_runs(self) -> None:
        """A run that follows a restart is its outcome; whatever else was begun is not begun again."""
        for each in self._ledger.unsettled(self._run):
            self._end(each, *each.settlement)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ending)
                if self._ending:
                    return
                taken = self._waiting.popleft()
            self._carry_out(taken)

    def _carry_out(self, taken: Taken) -> None:
        log.info("The command %s (%s) is carried out.", taken.kind, taken.command)
        if taken.kind == RESTART:
            self._begin_anew(taken)
            return
        try:
            diagnosis = diagnosed(taken.kind, self._sources, self._now())
        except AgentError as error:
            self._end(taken, FAILED, str(error))
        except Exception as error:  # a fault of ours must not end the thread, nor leave an operator without a reply
            log.exception("The command %s failed.", taken.command)
            self._end(taken, FAILED, f"A fault of the agent ({type(error).__name__}); its log says more.")
        else:
            self._end(taken, DONE, "", diagnosis)

    def _begin_anew(self, taken: Taken) -> None:
        if self._restart is None:
            self._end(taken, REFUSED, UNWATCHED)
            return
        log.warning("The agent ends now, to be started again, as it was ordered.")
        self._restart()

    def _end(self, taken: Taken, outcome: str, reason: str, diagnosis: Optional[Diagnosis] = None) -> None:
        """Note how it ended, and reply; where it cannot be noted, the reply is all there is."""
        with self._changed:
            self._ledger = self._ledger.with_outcome(taken.command, outcome, reason[:WHY_CHARACTERS])
            try:
                self._file.save(self._ledger)
            except StateError as error:
                log.error("%s", error)
        self._reply(taken.command, outcome, reason, diagnosis)

    def _reply(self, command: str, outcome: str, reason: str, diagnosis: Optional[Diagnosis] = None) -> None:
        reply = Reply(
            command=command, device=self._device, run=self._run, time=self._now(), outcome=outcome,
            reason=reason[:WHY_CHARACTERS], diagnosis=diagnosis,
        )  # fmt: skip
        reply = fitted(reply)
        if len(reply.payload()) > MAX_PAYLOAD_BYTES:
            why = "What was found is larger than a message may be."
            reply = reply.model_copy(update={"diagnosis": None, "outcome": FAILED, "reason": why})
        self._replies.put(reply)
