"""Everything fer-controller raises on purpose; each text is the sentence that the user sees.

ControllerError
├── SettingsError            a setting is missing, unknown or out of range
├── StoreError               the database cannot be opened or is not ours
│   ├── StoreUnavailable     the database cannot be written now, but may be later
│   └── LeaseLostError       another process does by now what this one is about to write
├── BrokerError              the broker cannot be reached, or closed the connection
│   ├── BrokerRefused        the broker rejects our login, or forbids what we ask
│   └── BrokerSilent         the broker does not answer
├── RegistryError            a model or a key cannot be added, found, verified or removed
├── AuthorityError           the fleet's authority is missing, or cannot issue what was asked for
├── AccessError              an operator's name or role is not valid
├── OutOfReachError          the operator is not given the device
├── HttpError                the HTTP server cannot start
├── ApiError                 a remote controller cannot be asked, or refuses
│   └── UnreachableError     it does not answer now, but may later
├── RolloutError             the rollout, or an order to it, is not possible
│   ├── UnknownRolloutError  there is no such rollout
│   ├── RequestError         the request is not written as it should be
│   └── TransitionError      an event that the state's table does not list
├── AlertError               there is no such alert, rule or silence
├── DeliveryError            a target of alerts does not take what it is told
├── ExportError              the file cannot be written
├── BackupError              a backup cannot be written, read or put in place
├── MigrationError           a fleet cannot be copied to another database, or the copy differs
├── SimulationError          the simulated devices cannot run
└── DemoError                the demonstration cannot run
"""

from collections.abc import Iterator
from contextlib import contextmanager

from fer_wire.printable import printable


class ControllerError(Exception):
    """Base of all errors of the controller; its text can be printed and sent, whatever names of files it holds."""

    parameter = ""
    """Of a request, the parameter that it is about, where it is about one."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(printable(sentence))


@contextmanager
def about(parameter: str) -> Iterator[None]:
    """What goes wrong within is about this parameter of a request."""
    try:
        yield
    except ControllerError as error:
        error.parameter = parameter
        raise


class SettingsError(ControllerError):
    """A setting is missing, unknown or out of range."""


class StoreError(ControllerError):
    """The database cannot be opened or is not ours."""


class StoreUnavailable(StoreError):  # noqa: N818 - a condition that passes, not an end
    """The database cannot be written now, but may be later: it is locked, or the disk is full."""


class LeaseLostError(StoreError):
    """Another process does by now what this one is about to write."""


class BrokerError(ControllerError):
    """The broker cannot be reached, or closed the connection."""


class BrokerRefused(BrokerError):  # noqa: N818 - what the broker did
    """The broker rejects our login, or forbids what we ask; trying again without a change hardly helps."""


class BrokerSilent(BrokerError):  # noqa: N818 - what the broker did
    """The broker does not answer."""


class RegistryError(ControllerError):
    """A model or a key cannot be added, found, verified or removed."""


class AuthorityError(ControllerError):
    """The fleet's authority is missing, or cannot issue what was asked for."""


class AccessError(ControllerError):
    """An operator's name or role is not valid."""


class OutOfReachError(ControllerError):
    """The operator is not given the device."""


class HttpError(ControllerError):
    """The HTTP server cannot start."""


class ApiError(ControllerError):
    """A remote controller cannot be asked, or refuses."""


class UnreachableError(ApiError):
    """It does not answer now, but may later."""


class RolloutError(ControllerError):
    """The rollout, or an order to it, is not possible."""


class UnknownRolloutError(RolloutError):
    """There is no such rollout."""


class RequestError(RolloutError):
    """The request is not written as it should be."""


class TransitionError(RolloutError):
    """An event that the state's table does not list."""


class AlertError(ControllerError):
    """There is no such alert, rule or silence."""


class DeliveryError(ControllerError):
    """A target of alerts does not take what it is told."""


class ExportError(ControllerError):
    """The file cannot be written."""


class BackupError(ControllerError):
    """A backup cannot be written, read or put in place."""


class MigrationError(ControllerError):
    """A fleet cannot be copied to another database, or the copy differs."""


class SimulationError(ControllerError):
    """The simulated devices cannot run."""


class DemoError(ControllerError):
    """The demonstration cannot run."""
