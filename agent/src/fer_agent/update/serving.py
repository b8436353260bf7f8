"""The model of a task that serves, in one place: every pipeline, report and telemetry asks here."""

from typing import Callable, List, Optional

from fer_agent.inference.network import Runs
from fer_agent.update.member import Member
from fer_agent.update.probation import Watched
from fer_agent.update.trial import Servant

Receive = Callable[[Runs], object]
"""Takes what runs from the next frame on."""


class Serving:
    """Holds the model that serves now and, during a trial, the one before, so that it can return at once."""

    def __init__(self, member: Member, servant: Servant) -> None:
        self.member, self.servant = member, servant
        self.watched: Optional[Watched] = None
        """What the pipelines see of a model on trial."""
        self._before: Optional[Servant] = None
        self._receivers: List[Receive] = []

    @property
    def seen(self) -> Runs:
        """What the pipelines see: the model, or on trial the watched one."""
        return self.watched or self.servant

    def attach(self, receive: Receive) -> None:
        """It is given whatever serves after each change."""
        self._receivers.append(receive)

    def commit_as_it_is(self) -> None:
        """The model that serves is the current one from now on, though nothing was rolled out."""
        self.member.keep_factory(self.servant)
        self.member.commit(self.servant.sha256)

    def try_out(self, servant: Servant) -> Watched:
        """From its next frame on, every pipeline uses this one, and its first fault is remembered."""
        self._before = self.servant if servant is not self.servant else None
        watched = Watched(servant)
        self._swap(servant, watched)
        return watched

    def keep(self) -> None:
        """The trial is over, and the model serves on."""
        self._swap(self.servant, None)
        self._before = None

    def step_back(self) -> None:
        """The model before serves again, loaded where the agent died meanwhile; raises ModelError when it cannot be."""
        self._swap(self._before or self.member.steady(), None)
        self._before = None

    def _swap(self, servant: Servant, watched: Optional[Watched]) -> None:
        self.servant, self.watched = servant, watched
        for receive in self._receivers:
            receive(self.seen)
