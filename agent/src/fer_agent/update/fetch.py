"""Getting an order's files: what is here already, what has to be fetched, and whether it is what was promised."""

import logging
import threading
from typing import Callable, List, Optional

from fer_wire import Artifact, Desired, ModelManifest
from typing_extensions import Protocol

from fer_agent.errors import CanceledError, RejectedError, UnsignedError, UpdateError
from fer_agent.update import verify
from fer_agent.update.download import Goal
from fer_agent.update.keyring import Keyring
from fer_agent.update.slots import Slots

log = logging.getLogger(__name__)

Progress = Callable[[int], None]


class Source(Protocol):
    """Where files come from."""

    def file(self, goal: Goal, cancel: threading.Event, progress: Progress) -> None:
        """Fetch the whole of a file, going on where it broke off."""

    def manifest(self, url: str, cancel: threading.Event) -> bytes:
        """Fetch a manifest."""


class Fetcher:
    """Fills the slots' cache with verified files."""

    def __init__(self, keyring: Keyring, slots: Slots, source: Source) -> None:
        self._keyring, self._slots, self._source = keyring, slots, source

    def check(self) -> None:
        """Raises RejectedError when this device cannot take any update."""
        self._keyring.check()

    def fetch(self, desired: Desired, cancel: threading.Event, progress: Progress) -> None:
        """Get all files of the order; progress is told how many bytes have arrived.

        Raises RejectedError when something is not what was promised, CanceledError, and UpdateError when it cannot be
        had.
        """
        self._keyring.check()
        missing = [artifact for artifact in desired.artifacts if not self._here(artifact, desired.task)]
        here_bytes = sum(artifact.size_bytes for artifact in desired.artifacts if artifact not in missing)
        if missing:
            self._slots.make_room([(artifact.sha256, artifact.size_bytes) for artifact in desired.artifacts])
            manifest = self._promises(desired, missing, cancel)
            for artifact in missing:
                self._get(artifact, manifest, cancel, lambda came, before=here_bytes: progress(before + came))  # type: ignore[misc]
                here_bytes += artifact.size_bytes
        progress(here_bytes)

    def _here(self, artifact: Artifact, task: str) -> bool:
        if not self._slots.holds(artifact.sha256):
            return False
        if not self._slots.intact(artifact.sha256):
            log.warning("The copy of %s on disk is damaged; it is fetched again.", artifact.model)
            self._slots.discard(artifact.sha256)
            return False
        verify.held(self._slots, artifact, task)
        return True

    def _promises(self, desired: Desired, missing: List[Artifact], cancel: threading.Event) -> bytes:
        """The signed manifest that names them all."""
        if not desired.manifest_url or not all(artifact.url for artifact in missing):
            raise UpdateError(
                f"{missing[0].model} is not on this device any more, and the desired state does not say where it can "
                "be had; deploy it again."
            )
        payload = self._source.manifest(desired.manifest_url, cancel)
        manifest = self._proven(payload, cancel)
        verify.suited(manifest, desired.task)
        for artifact in missing:
            verify.promised(manifest, artifact)
        return payload

    def _proven(self, payload: bytes, cancel: threading.Event) -> ModelManifest:
        """The manifest; the fleet may have changed its keys a moment ago."""
        try:
            return verify.signed_manifest(payload, self._keyring.trust)
        except UnsignedError as unsigned:
            if not self._followed(cancel):
                raise unsigned from None
        return verify.signed_manifest(payload, self._keyring.trust)

    def _followed(self, cancel: threading.Event) -> bool:
        """Whether there are other keys now."""
        try:
            return self._keyring.follow(cancel)
        except CanceledError:
            raise
        except UpdateError as error:
            log.info("No newer keys: %s", error)
            return False

    def _get(self, artifact: Artifact, manifest: bytes, cancel: threading.Event, progress: Progress) -> None:
        partial = self._slots.partial(artifact.sha256)
        goal = Goal(artifact.url, artifact.size_bytes, partial, self._slots.etag(artifact.sha256))
        fault: Optional[Exception] = None
        try:
            self._source.file(goal, cancel, progress)
            verify.arrived(partial, artifact)
        except RejectedError as error:
            fault = error
        if fault:
            self._slots.discard(artifact.sha256)
            raise fault
        self._slots.take_in(artifact.sha256, manifest)
