"""Everything fer-controller raises on purpose; each text is the sentence that the user sees.

ControllerError
├── SettingsError            a setting is missing, unknown or out of range
├── StoreError               the database cannot be opened or is not ours
│   └── StoreUnavailable     the database cannot be written now, but may be later
├── BrokerError              the broker cannot be reached, or threw us out
│   └── BrokerRefused        the broker knows us not, or forbids what we ask
├── RegistryError            a model or a key cannot be taken in, found, proven or removed
├── AccessError              an operator or a role is not what it should be
├── HttpError                the models cannot be served over HTTP
├── ApiError                 a controller elsewhere cannot be asked, or refuses
│   └── UnreachableError     it does not answer now, but may later
├── RolloutError             the rollout, or what was ordered of it, cannot be done
│   ├── UnknownRolloutError  there is none of that name
│   ├── RequestError         what is asked for is not spelt as it should be
│   └── TransitionError      a state does not know what happened to it
├── ExportError              the file cannot be written
├── SimulationError          the simulated devices cannot run
└── DemoError                the demonstration cannot run
"""


class ControllerError(Exception):
    """Base of all errors of the controller."""


class SettingsError(ControllerError):
    """A setting is missing, unknown or out of range."""


class StoreError(ControllerError):
    """The database cannot be opened or is not ours."""


class StoreUnavailable(StoreError):  # noqa: N818 - a condition that passes, not an end
    """The database cannot be written now, but may be later: it is locked, or the disk is full."""


class BrokerError(ControllerError):
    """The broker cannot be reached, or threw us out."""


class BrokerRefused(BrokerError):  # noqa: N818 - what the broker did
    """The broker knows us not, or forbids what we ask; trying again the same way hardly helps."""


class RegistryError(ControllerError):
    """A model or a key cannot be taken in, found, proven or removed."""


class AccessError(ControllerError):
    """An operator or a role is not what it should be."""


class HttpError(ControllerError):
    """The models cannot be served over HTTP."""


class ApiError(ControllerError):
    """A controller elsewhere cannot be asked, or refuses."""


class UnreachableError(ApiError):
    """It does not answer now, but may later."""


class RolloutError(ControllerError):
    """The rollout, or what was ordered of it, cannot be done."""


class UnknownRolloutError(RolloutError):
    """There is none of that name."""


class RequestError(RolloutError):
    """What is asked for is not spelt as it should be."""


class TransitionError(RolloutError):
    """A state does not know what happened to it."""


class ExportError(ControllerError):
    """The file cannot be written."""


class SimulationError(ControllerError):
    """The simulated devices cannot run."""


class DemoError(ControllerError):
    """The demonstration cannot run."""
