"""Everything fer-agent raises on purpose; each text is the sentence that the user sees.

AgentError
├── SettingsError     a setting is missing, unknown or out of range
├── CameraError       a source cannot be opened, or stopped giving frames
├── ModelError        a model or the landmarks file is missing, damaged or breaks the contract
├── SpoolError        the spool cannot be opened, written or read
├── BrokerError       the broker cannot be reached, refuses us, or threw us out
├── StateError        the state folder is not ours to use, or cannot be written
└── UpdateError       an update cannot be done on this device
    ├── RejectedError     what was delivered is not what a signed manifest promises
    └── CanceledError     an update was told to stop
"""


class AgentError(Exception):
    """Base of all errors of the agent."""


class SettingsError(AgentError):
    """A setting is missing, unknown or out of range."""


class CameraError(AgentError):
    """A source cannot be opened, or stopped giving frames."""


class ModelError(AgentError):
    """A model or the landmarks file is missing, damaged or breaks the contract."""


class SpoolError(AgentError):
    """The spool cannot be opened, written or read."""


class BrokerError(AgentError):
    """The broker cannot be reached, refuses us, or threw us out."""


class StateError(AgentError):
    """The state folder is not ours to use, or cannot be written."""


class UpdateError(AgentError):
    """An update cannot be done on this device."""


class RejectedError(UpdateError):
    """What was delivered is not what a signed manifest promises."""


class CanceledError(UpdateError):
    """An update was told to stop."""
