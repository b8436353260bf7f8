"""The update thread: takes orders, saves what it is about to do, does it, and reports it."""

import logging
import threading
import time
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
from fer_agent.update.trial import Servant

log = logging.getLogger(__name__)

SAMPLE_S = 1.0
RETRY_S = 5.0
STOP_S = 5.0
REPORT_S = 2.0
"""A download's progress is reported this often at most."""
WARM_S = 5.0
"""An agent that started less than this ago cannot yet say how fast it is."""
TAKES_NO = (
    "This device takes no {task}, but {tasks}. Where faces.finder is zoo, a device takes finders and landmarkers, too."
)

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
        rates: Rates = dict,
        paces: Callable[[int], Sequence[Pace]] = lambda _since_ns: (),
        report: Callable[[], object] = lambda: None,
        warm_s: float = WARM_S,
    ) -> None:
        """Serving is by task, and its tasks are those for which the device takes models.

        Paces tells what each pipeline did since a monotonic time in ns; report publishes what the device reports.
        """
        self._inbox, self._record, self._file = inbox, record, file
        self._tasks, self._fetcher = serving, fetcher
        self._rates, self._paces, self._report = rates, paces, report
        self._warm_at_s = time.monotonic() + warm_s
        self._saving, self._stopping = threading.Lock(), threading.Event()
        self._interrupt = inbox.interrupt
        self._candidate: Optional[Servant] = None
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
        self._candidate, record = None, self._record.begun(desired)
        try:
            serving = self._serving_for(desired.task)
            if desired.sha256 == serving.servant.sha256:
                serving.commit_as_it_is()
                self._enter(record.served_already())
                return
            self._fetcher.check()
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
        self._fetcher.fetch(self._ordered, self._interrupt, self._progress)
        self._enter(self._record.moved(on.FETCHED))

    def _try_out(self) -> None:
        if self._interrupt.wait(max(0.0, self._warm_at_s - time.monotonic())):
            raise CanceledError("The trial was told to stop.")
        before = measured_before(self._rates())
        choice = self._serving.member.choose(self._ordered.artifacts, self._interrupt)
        self._candidate = choice.servant
        self._enter(
            self._record.moved(on.PASSED, chosen=choice.servant.sha256, measured_ms=choice.measured_ms, before=before)
        )

    def _swap(self) -> None:
        candidate, chosen, serving = self._candidate, self._record.chosen, self._serving
        if chosen == serving.servant.sha256:
            serving.commit_as_it_is()
            self._enter(self._record.served_already())
            return
        if candidate is None or candidate.sha256 != chosen:
            candidate = serving.member.loaded(chosen)
        serving.member.keep_factory(serving.servant)
        serving.member.slots.try_out(chosen)
        self._save(self._record.moved(on.SWAPPED))
        serving.try_out(candidate)
        self._candidate = None
        self._tell()

    def _watch(self) -> None:
        """Serve on trial to the end of the probation; an agent that restarts begins it again."""
        watched = self._serving.watched or self._serving.try_out(self._serving.servant)
        began_s, began_ns = time.monotonic(), time.monotonic_ns()
        probation = Probation(self._record.before)
        left_s, fault = self._ordered.probation_s, watched.fault
        while left_s > 0 and not fault:
            if self._interrupt.wait(min(SAMPLE_S, left_s)):
                raise CanceledError("The probation was told to stop.")
            left_s = began_s + self._ordered.probation_s - time.monotonic()
            fault = watched.fault or probation.observe(time.monotonic(), self._paces(began_ns))
        if fault:
            self._break_off(on.DISTURBED, fault)
        else:
            self._commit()

    def _commit(self) -> None:
        self._serving.member.commit(self._record.chosen)
        self._save(self._record.moved(on.SERVED_WELL))
        self._serving.keep()
        self._tell()

    def _break_off(self, event: str, reason: str) -> None:
        self._leave(self._record.broken_off(event, reason))

    def _leave(self, ended: Record) -> None:
        """End the update without success; a model on trial gives way to the one before."""
        on_trial, serving = self._record.state == PROBATION, self._tasks.get(self._record.task)
        self._save(ended)
        if serving and on_trial:
            try:
                serving.step_back()
            except ModelError as error:
                log.error("%s The model on trial keeps serving, because there is no other.", error)
        if serving:
            serving.member.slots.end_trial()
        self._candidate = None
        self._tell()

    @property
    def _serving(self) -> Serving:
        return self._serving_for(self._ordered.task)

    def _serving_for(self, task: str) -> Serving:
        if task not in self._tasks:
            raise RejectedError(TAKES_NO.format(task=task, tasks=" and ".join(f"{name}s" for name in self._tasks)))
        return self._tasks[task]

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
