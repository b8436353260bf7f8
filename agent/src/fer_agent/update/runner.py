"""The update thread: takes orders, saves what it is about to do, does it, and reports it."""

import logging
import threading
import time
from contextlib import suppress
from typing import Callable, Dict, Mapping, Optional, Sequence, Tuple

from fer_wire import Desired
from fer_wire.device import transitions as on
from fer_wire.device.orders import Order
from fer_wire.device.record import Record
from fer_wire.reported import DOWNLOADING, PROBATION, STAGED, VERIFIED, Trusted, Update

from fer_agent.errors import AgentError, CanceledError, ModelError, RejectedError, StateError
from fer_agent.pipeline.throughput import Pace
from fer_agent.update.fetch import Fetcher
from fer_agent.update.inbox import Inbox
from fer_agent.update.probation import Probation, measured_before
from fer_agent.update.record import RecordFile
from fer_agent.update.serving import Serving
from fer_agent.update.subject import Subject, subject_of
from fer_agent.update.tuner import Tuner

log = logging.getLogger(__name__)

SAMPLE_S = 1.0
RETRY_S = 5.0
STOP_S = 5.0
REPORT_S = 2.0
"""A download's progress is reported this often at most."""
WARM_S = 5.0
"""An agent that started less than this ago cannot yet say how fast it is."""

Rates = Callable[[], Mapping[str, Tuple[Optional[float], Optional[float]]]]
"""FPS and p95 in ms of each camera."""


class Runner:
    """Does one update at a time; turn() is one step of it, start() takes steps in a thread."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        record: Record,
        file: RecordFile,
        serving: Mapping[str, Serving],
        fetcher: Fetcher,
        tuner: Tuner,
        rates: Rates = dict,
        paces: Callable[[int], Sequence[Pace]] = lambda _since_ns: (),
        report: Callable[[], object] = lambda: None,
        warm_s: float = WARM_S,
    ) -> None:
        """Serving is by task, and its tasks are those for which the device takes models.

        Paces tells what each pipeline did since a monotonic time in ns; report publishes what the device reports.
        """
        self._inbox, self._record, self._file = inbox, record, file
        self._tasks, self._fetcher, self._tuner = serving, fetcher, tuner
        self._rates, self._paces, self._report = rates, paces, report
        self._warm_at_s = time.monotonic() + warm_s
        self._saving, self._stopping = threading.Lock(), threading.Event()
        self._interrupt = inbox.interrupt
        self._subject: Optional[Subject] = None
        """What the update changes; None when it is not known yet."""
        self._reported_s = 0.0
        self._thread = threading.Thread(target=self._run, name="update", daemon=True)

    def start(self) -> None:
        """Go on with the unfinished update, and take orders."""
        self._thread.start()

    def stop(self) -> None:
        """End in order: an unfinished update goes on at the next start, and no crash is counted."""
        self._stopping.set()
        self._inbox.close()
        if self._thread.is_alive():
            self._thread.join(STOP_S)
        try:
            if self._record.desired:
                self._save(self._record)
        except StateError as error:
            log.error("%s", error)

    def take(self, payload: bytes) -> None:
        """Take a desired state or its withdrawal; what is not proven or not news is logged, and stops nothing."""
        if self._inbox.put(payload, self._record):
            self._report()

    def take_again(self) -> None:
        """There are other keys, which may prove what arrived last."""
        self._inbox.put_again(self._record)

    @property
    def update(self) -> Optional[Update]:
        """What the device reports of its last update."""
        return self._record.update()

    @property
    def trust(self) -> Optional[Trusted]:
        """What the device reports of its keys and its order."""
        return self._inbox.trusted(self._record)

    def turn(self) -> bool:
        """Take an order or do one step of the update; returns whether there was anything to do.

        Raises StateError when nothing can be saved; then nothing was done.
        """
        order = self._inbox.first()
        if order is not None:
            self._obey(order)
            self._inbox.done()
            return True
        if not self._record.unfinished:
            return False
        self._step()
        return True

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                busy = self.turn()
            except StateError as error:
                log.error("%s", error)
                self._stopping.wait(RETRY_S)
                continue
            if not busy:
                self._inbox.wait()

    def _obey(self, order: Order) -> None:
        heard, why_not = self._inbox.judged(self._record, order)
        if why_not:
            if heard is not self._record:
                self._save(heard)
                self._report()
            return
        self._record = heard
        if self._record.unfinished:
            self._leave(self._record.superseded(order.desired) if order.desired else self._record.withdrawn())
        if order.desired is not None:
            self._begin(order.desired)

    def _begin(self, desired: Desired) -> None:
        self._subject, record = None, self._record.begun(desired)
        try:
            subject = self._subject = self._subject_of(desired)
            if subject.holds_already(desired.sha256):
                subject.keep_as_it_is()
                self._enter(record.served_already())
                return
            subject.check()
        except RejectedError as error:
            self._enter(record.moved(on.REFUSED, str(error)))
            return
        self._enter(record.moved(on.ORDERED))

    def _step(self) -> None:
        steps: Dict[str, Callable[[], None]] = {
            DOWNLOADING: self._download,
            VERIFIED: self._try_out,
            STAGED: self._swap,
            PROBATION: self._watch,
        }
        try:
            steps[self._record.state]()
        except StateError:
            raise
        except CanceledError:
            log.debug("%s was interrupted.", self._record.state)
        except RejectedError as error:
            self._break_off(on.REFUSED, str(error))
        except (AgentError, OSError) as error:
            self._break_off(on.BROKE_OFF, str(error))
        except Exception as error:  # whatever a model or a server causes ends its update alone
            log.debug("The update failed.", exc_info=error)
            self._break_off(on.BROKE_OFF, f"The update failed ({type(error).__name__}: {error}).")

    def _download(self) -> None:
        self._changes.fetch(self._interrupt, self._progress)
        self._enter(self._record.moved(on.FETCHED))

    def _try_out(self) -> None:
        if self._interrupt.wait(max(0.0, self._warm_at_s - time.monotonic())):
            raise CanceledError("The trial was told to stop.")
        before = measured_before(self._rates())
        chosen = self._changes.choose(self._interrupt)
        self._enter(self._record.moved(on.PASSED, chosen=chosen.sha256, measured_ms=chosen.measured_ms, before=before))

    def _swap(self) -> None:
        chosen, subject = self._record.chosen, self._changes
        if subject.holds_already(chosen):
            subject.keep_as_it_is()
            self._enter(self._record.served_already())
            return
        subject.stage(chosen)
        self._save(self._record.moved(on.SWAPPED))
        subject.begin_trial()
        self._tell()

    def _watch(self) -> None:
        """Serve on trial to the end of the probation; an agent that restarts begins it again."""
        subject = self._changes
        subject.begin_trial()
        began_s, began_ns = time.monotonic(), time.monotonic_ns()
        probation = Probation(self._record.before)
        left_s, fault = self._ordered.probation_s, subject.fault
        while left_s > 0 and not fault:
            if self._interrupt.wait(min(SAMPLE_S, left_s)):
                raise CanceledError("The probation was told to stop.")
            left_s = began_s + self._ordered.probation_s - time.monotonic()
            fault = subject.fault or probation.observe(time.monotonic(), self._paces(began_ns))
        if fault:
            self._break_off(on.DISTURBED, fault)
        else:
            self._commit()

    def _commit(self) -> None:
        self._changes.commit(self._record.chosen)
        self._save(self._record.moved(on.SERVED_WELL))
        self._changes.keep()
        self._subject = None
        self._tell()

    def _break_off(self, event: str, reason: str) -> None:
        self._leave(self._record.broken_off(event, reason))

    def _leave(self, ended: Record) -> None:
        """End the update without success; what is on trial gives way to what was before."""
        on_trial = self._record.state == PROBATION
        self._save(ended)
        with suppress(RejectedError):  # nothing is on trial of a task that this device no longer has
            self._take_back(self._changes, on_trial=on_trial)
        self._subject = None
        self._tell()

    @staticmethod
    def _take_back(subject: Subject, *, on_trial: bool) -> None:
        if on_trial:
            try:
                subject.step_back()
            except ModelError as error:
                log.error("%s The model on trial keeps serving, because there is no other.", error)
        subject.end_trial()

    @property
    def _changes(self) -> Subject:
        """What the update changes; after a death it is made of the record."""
        if self._subject is None:
            self._subject = self._subject_of(self._ordered)
        return self._subject

    def _subject_of(self, order: Desired) -> Subject:
        return subject_of(order, self._tasks, self._fetcher, self._tuner)

    def _progress(self, here_bytes: int) -> None:
        self._record = self._record.fetched(here_bytes)
        if time.monotonic() - self._reported_s >= REPORT_S:
            self._reported_s = time.monotonic()
            self._report()

    @property
    def _ordered(self) -> Desired:
        if self._record.desired is None:
            raise StateError("The record of the update names no desired state; delete update.json.")
        return self._record.desired

    def _enter(self, record: Record) -> None:
        self._save(record)
        self._tell()

    def _save(self, record: Record) -> None:
        with self._saving:
            record = record.model_copy(update={"stopped": self._stopping.is_set()})
            self._file.save(record)
            self._record = record

    def _tell(self) -> None:
        told = self.update
        if told:
            step = (told.model, told.rollout, told.attempt, told.state, told.reason)
            log.info("Update to %s (rollout %s, attempt %d): %s. %s", *step)
        self._reported_s = time.monotonic()
        self._report()
