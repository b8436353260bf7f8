"""Everything fer-agent raises on purpose; each text is the sentence that the user sees.

AgentError
├── SettingsError     a setting is missing, unknown or out of range
├── CameraError       a source cannot be opened, or stopped giving frames
├── ModelError        a model or the landmarks file is missing, damaged or breaks the contract
├── SpoolError        the spool cannot be opened, written or read
├── BrokerError       the broker cannot be reached, refuses us, or threw us out
└── StateError        the state folder is not ours to use
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
    """The state folder is not ours to use."""
