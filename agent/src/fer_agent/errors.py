"""Everything that fer-agent raises on purpose; each text is what the user sees.

AgentError
├── SettingsError     a setting is missing, unknown or out of range
├── CameraError       a source cannot be opened, or stopped delivering frames
├── ModelError        a model or the landmarks file is missing, damaged or breaks the contract
├── SpoolError        the spool cannot be opened, written or read
├── BrokerError       the broker cannot be reached, refuses us, or disconnected us
├── StateError        the state folder cannot be used
│   └── InUseError        another agent runs with it
├── IdentityError     the device's certificate cannot be used, or not be renewed
└── UpdateError       an update cannot be done on this device
    ├── RejectedError     what was downloaded is not what a signed manifest promises
    │   └── UnsignedError     no key that this device trusts has signed the manifest
    └── CanceledError     an update was told to stop
"""

from fer_wire.printable import printable


class AgentError(Exception):
    """Base of all errors of the agent; its text can be printed and sent, whatever names of files it holds."""

    def __init__(self, sentence: str) -> None:
        super().__init__(printable(sentence))


class SettingsError(AgentError):
    """A setting is missing, unknown or out of range."""


class CameraError(AgentError):
    """A source cannot be opened, or stopped delivering frames."""


class ModelError(AgentError):
    """A model or the landmarks file is missing, damaged or breaks the contract."""


class SpoolError(AgentError):
    """The spool cannot be opened, written or read."""


class BrokerError(AgentError):
    """The broker cannot be reached, refuses us, or disconnected us."""


class StateError(AgentError):
    """The state folder cannot be used."""


class InUseError(StateError):
    """Another agent runs with the state folder."""


class IdentityError(AgentError):
    """The device's certificate cannot be used, or not be renewed."""


class UpdateError(AgentError):
    """An update cannot be done on this device."""


class RejectedError(UpdateError):
    """What was downloaded is not what a signed manifest promises."""


class UnsignedError(RejectedError):
    """No key that this device trusts has signed the manifest."""


class CanceledError(UpdateError):
    """An update was told to stop."""
