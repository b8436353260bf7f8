"""Who the device is, what it can do, which model serves, and how far its last update has come."""

from datetime import datetime, timezone

from fer_wire import Reported, Telemetry
from fer_wire.reported import RunningModel

from fer_agent import __version__
from fer_agent.host.hardware import capabilities
from fer_agent.inference.choice import suited_here
from fer_agent.settings import Settings
from fer_agent.update.runner import Runner
from fer_agent.update.serving import Serving


class DeviceReport:
    """What one run of the agent says of its device, as of now."""

    def __init__(self, settings: Settings, run: str, serving: Serving, updates: Runner) -> None:
        self._settings, self._run, self._serving, self._updates = settings, run, serving, updates

    def reported(self) -> Reported:
        """The reported state."""
        servant = self._serving.servant
        suited = suited_here(self._settings.emotion, servant.available_providers)
        return Reported(
            device=self._settings.device,
            run=self._run,
            time=datetime.now(timezone.utc),
            agent_version=__version__,
            capabilities=capabilities(servant.runtime, servant.available_providers, suited),
            running=RunningModel(
                model=servant.reference,
                sha256=servant.sha256,
                provider=servant.provider,
                provider_fallback=servant.provider_fallback,
            ),
            previous=self._updates.previous,
            update=self._updates.update,
        )

    def telemetry(self) -> Telemetry:
        """A telemetry message that says who sends it and which model serves, and holds no measurements yet."""
        return Telemetry(
            device=self._settings.device,
            run=self._run,
            time=datetime.now(timezone.utc),
            model=self._serving.servant.reference,
            provider=self._serving.servant.provider,
        )
