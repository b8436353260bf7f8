"""Who the device is, what it can do, which models serve, and how far its last update has come."""

from datetime import datetime, timezone
from typing import Callable, Dict, Mapping

from fer_wire import Reported, Telemetry
from fer_wire.contracts import CLASSIFIER, FINDER, LANDMARKER, SETTINGS
from fer_wire.reported import RunningModel, SettingsInForce

from fer_agent import __version__
from fer_agent.host.hardware import capabilities
from fer_agent.inference.choice import suited_here
from fer_agent.settings import DLIB, Settings
from fer_agent.update.runner import Runner
from fer_agent.update.serving import Serving


class DeviceReport:
    """What one run of the agent says of its device, as of now."""

    def __init__(
        self,
        settings: Settings,
        run: str,
        serving: Mapping[str, Serving],
        updates: Runner,
        in_force: Callable[[], SettingsInForce],
        broker: Callable[[], str],
    ) -> None:
        """Serving is by task; where it has no finder, dlib finds the faces. Broker is the URL of the one in use.

        In_force tells which settings that can be changed from afar are set.
        """
        self._settings, self._run, self._serving, self._updates = settings, run, serving, updates
        self._in_force, self._broker = in_force, broker

    def reported(self) -> Reported:
        """The reported state."""
        classifier = self._serving[CLASSIFIER]
        servant = classifier.servant
        suited = suited_here(self._settings.emotion, servant.available_providers)
        trust = self._updates.trust
        return Reported(
            device=self._settings.device,
            run=self._run,
            time=datetime.now(timezone.utc),
            agent_version=__version__,
            broker=self._broker(),
            capabilities=capabilities(
                servant.runtime, servant.available_providers, suited,
                tasks=(*self._serving, SETTINGS),
                has_key=trust is not None,
            ),
            running=_running(classifier),
            previous=classifier.member.previous,
            eyes=self._eyes(),
            update=self._updates.update,
            trust=trust,
            settings=self._in_force(),
        )  # fmt: skip

    def telemetry(self) -> Telemetry:
        """A telemetry message that says who sends it and which model serves, and holds no measurements yet."""
        servant, trust = self._serving[CLASSIFIER].servant, self._updates.trust
        return Telemetry(
            device=self._settings.device,
            run=self._run,
            time=datetime.now(timezone.utc),
            model=servant.reference,
            provider=servant.provider,
            order_expired=trust.order_expired if trust and trust.signed_orders_alone else None,
        )

    def _eyes(self) -> Dict[str, RunningModel]:
        found = {task: self._serving.get(task) for task in (FINDER, LANDMARKER)}
        return {task: _running(each) if each else RunningModel(model=DLIB) for task, each in found.items()}


def _running(serving: Serving) -> RunningModel:
    servant = serving.servant
    return RunningModel(
        model=servant.reference,
        sha256=servant.sha256,
        provider=servant.provider,
        provider_fallback=servant.provider_fallback,
        previous=serving.member.previous,
    )
