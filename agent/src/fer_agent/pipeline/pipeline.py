"""From one camera's frames to events: capture, faces, emotion, policy, sink."""

import logging
import threading
import time
from collections import deque
from datetime import datetime, timezone
from typing import Callable, Deque, Dict, List, NamedTuple, Optional, Sequence

from fer_wire.events import is_uncertain
from fer_wire.telemetry import CameraTelemetry

from fer_agent import imaging
from fer_agent.cameras import open_source
from fer_agent.cameras.camera import Camera, Frame
from fer_agent.cameras.capture import ENDED, REOPENING, RUNNING, Capture
from fer_agent.emotion.classify import FaceClassifier
from fer_agent.emotion.smooth import Smoother
from fer_agent.emotion.temperature import tempered
from fer_agent.emotion.turns import Turns
from fer_agent.errors import SpoolError
from fer_agent.events.observation import Observation
from fer_agent.events.policy import Decision, EventPolicy
from fer_agent.faces import align, contrast
from fer_agent.faces.eyes import Eyes, Face
from fer_agent.faces.track import Tracker
from fer_agent.pipeline import places
from fer_agent.pipeline.sight import Sight
from fer_agent.pipeline.throughput import RECENT_FRAMES, Pace, Statistics, Throughput
from fer_agent.settings import CameraSettings, Settings

logger = logging.getLogger(__name__)

WAIT_S = 0.25
RETRY_FIRST_S = 0.1
RETRY_MAX_S = 5.0
TRIES_AFTER_STOP = 3
STUCK_S = 60.0
ERROR_CHARACTERS = 500

Sink = Callable[[List[Observation]], object]
"""Stores all of the observations or none; raises SpoolError if that is impossible now."""


class _Known(NamedTuple):
    """A face as it was last classified, and by which model."""

    face: Face
    model: str


class Pipeline:
    """A thread that turns one camera's frames into observations; no frame can end it.

    Whatever the sink refuses is offered again until it is accepted, in order and before anything newer. Meanwhile the
    frames of a live camera are skipped.
    """

    def __init__(
        self,
        camera: CameraSettings,
        settings: Settings,
        once: bool,
        *,
        eyes: Eyes,
        classifier: FaceClassifier,
        next_track: Callable[[], int],
        sink: Sink,
        source: Optional[Callable[[], Camera]] = None,
    ) -> None:
        """All cameras share eyes and classifier. The sink stores observations, and next_track numbers faces.

        The source is made from the settings unless it is given. Raises CameraError if its kind is unknown.
        """
        self.name = camera.name
        self.classifier = classifier
        """May be replaced while the pipeline is running; the next frame uses the new one."""
        source = source or (lambda: open_source(self._capture.settings, once))
        self._capture = Capture(camera, source)
        self._stills = stills = source().stills
        self._sight = Sight(0 if stills else camera.blind_after_s)
        self._tracker = Tracker(eyes, settings.faces, next_track, stills=stills)
        self._turns = Turns(None if stills else settings.emotion.faces_per_frame)
        self._smoother = Smoother(settings.emotion.smoothing_s)
        self._policy = EventPolicy(settings.events)
        self._sink = sink
        self._throughput = Throughput()
        self._known: Dict[int, _Known] = {}
        self._unsaved: List[Observation] = []
        self._latest: Optional[Frame] = None
        self._frames = self._faces = self._tracks = self._failures = 0
        self._recent_faces: Deque[int] = deque(maxlen=RECENT_FRAMES)
        self._error = ""
        self._stopping = threading.Event()
        self._turned_s = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"pipeline-{self.name}", daemon=True)

    @property
    def eyes(self) -> Eyes:
        """May be replaced while the pipeline is running, from the next frame on; faces keep their tracks."""
        return self._tracker.eyes

    @eyes.setter
    def eyes(self, eyes: Eyes) -> None:
        self._tracker.eyes = eyes

    def retune(self, settings: Settings) -> None:
        """From the next frame on these settings hold; faces keep their tracks, and a live camera may be reopened."""
        self._tracker.settings = settings.faces
        self._smoother.time_constant_s = settings.emotion.smoothing_s
        self._policy.settings = settings.events
        camera = next(each for each in settings.cameras if each.name == self.name)
        self._capture.retune(camera)
        if not self._stills:
            self._turns.most = settings.emotion.faces_per_frame
            self._sight.lasting_s = camera.blind_after_s

    def start(self) -> None:
        """Open the camera and begin; raises CameraError if a source that is read once cannot be opened."""
        self._capture.start()
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end its tracks and itself; join() waits for that."""
        self._stopping.set()

    def join(self, timeout_s: Optional[float] = None) -> None:
        """Wait until the thread has ended; returns at once if it never started."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def running(self) -> bool:
        """Whether more frames may come; False before start() and after the end."""
        return self._thread.is_alive()

    def healthy(self) -> bool:
        """Whether the thread is alive and well, even while its camera is silent or the disk is full."""
        return not self.running() or time.monotonic() - self._turned_s < STUCK_S

    @property
    def fault(self) -> str:
        """What is wrong with the camera or with storing its events; empty if nothing is."""
        unsaved = f"{len(self._unsaved)} events of camera {self.name} could not be stored." if self._unsaved else ""
        return self._capture.error or unsaved

    def statistics(self) -> Statistics:
        """What it has done since the run began."""
        return Statistics(self._frames, self._faces, self._tracks, self._failures)

    def telemetry(self) -> CameraTelemetry:
        """What it has done, how fast, and the state of its camera."""
        p50_ms, p95_ms = self._throughput.latencies_ms()
        faces = tuple(self._recent_faces)
        return CameraTelemetry(
            camera=self.name,
            state=self._capture.state,
            fps=self._throughput.fps(),
            frames=self._frames,
            skipped_frames=self._capture.skipped,
            faces=self._faces,
            faces_per_frame=round(sum(faces) / len(faces), 3) if faces else None,
            face_share=round(sum(map(bool, faces)) / len(faces), 4) if faces else None,
            latency_p50_ms=p50_ms,
            latency_p95_ms=p95_ms,
            reopened=self._capture.reopened,
            frozen=self._sight.frozen if self._sight.lasting_s else None,
            dark=self._sight.dark if self._sight.lasting_s else None,
            error=(self._error or self._capture.error)[:ERROR_CHARACTERS],
        )

    def pace(self, since_ns: int) -> Pace:
        """How it has kept up since a moment of the monotonic clock."""
        p95_ms, timed = self._throughput.p95_since(since_ns)
        running, skipped = self._capture.state == RUNNING, self._capture.skipped
        return Pace(self.name, running, self._frames, self._frames + skipped, p95_ms, timed)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._turned_s = time.monotonic()
            frame = self._capture.next(WAIT_S)
            if frame is not None:
                self._work_on(frame)
            elif self._capture.state == ENDED:
                break
            elif self._capture.state == REOPENING:
                self._sight.forget()
                self._end_all()
        self._capture.stop()
        self._end_all()

    def _end_all(self) -> None:
        self._tracker.stop()
        self._end(sorted(self._known))
        self._deliver()

    def _work_on(self, frame: Frame) -> None:
        self._latest = frame
        try:
            self._observe(frame)
            self._error = ""
        except Exception as error:  # noqa: BLE001 - one bad frame must not end the camera
            self._failed(f"Camera {self.name}: frame {frame.index} failed ({type(error).__name__}: {error}).", error)
        self._frames += 1
        self._deliver()
        self._throughput.add(frame.captured_ns, time.monotonic_ns())

    def _observe(self, frame: Frame) -> None:
        grey = imaging.grey(frame.image)
        self._watch(grey, frame.position_s)
        sighting = self._tracker.update(grey)
        self._end(sighting.ended)
        self._recent_faces.append(len(sighting.faces))
        self._faces += len(sighting.faces)
        if sighting.faces:
            taken = self._turns.take([face.track for face in sighting.faces])
            self._classify(frame, grey, [sighting.faces[place] for place in taken])

    def _watch(self, grey: imaging.Picture, at_s: float) -> None:
        saw = self._sight.words
        self._sight.look(grey, at_s)
        if self._sight.words and self._sight.words != saw:
            logger.warning("The picture of camera %s %s", self.name, self._sight.words)
        elif saw and not self._sight.words:
            logger.info("Camera %s sees again.", self.name)

    def _classify(self, frame: Frame, grey: imaging.Picture, faces: Sequence[Face]) -> None:
        classifier = self.classifier
        crops = contrast.stretched(align.crops(grey, [face.points for face in faces]))
        for face, probabilities in zip(faces, classifier.classify(crops)):
            self._tracks += face.track not in self._known
            self._known[face.track] = _Known(face, classifier.reference)
            smoothed = self._smoother.update(face.track, probabilities, frame.position_s)
            known = tempered(smoothed, classifier.track_temperatures)
            self._report(self._policy.update(face.track, known, frame.position_s))

    def _end(self, tracks: Sequence[int]) -> None:
        for track in tracks:
            self._smoother.forget(track)
            self._turns.forget(track)
            self._report(self._policy.end(track))
            self._known.pop(track, None)

    def _report(self, decisions: List[Decision]) -> None:
        frame = self._latest
        if frame is None:
            return
        moment = datetime.fromtimestamp(frame.captured_at_s, timezone.utc)
        for decision in decisions:
            known = self._known[decision.track]
            confidence, pose = decision.probabilities[decision.emotion], places.pose(known.face.angles)
            self._unsaved.append(
                Observation(
                    camera=self.name,
                    time=moment,
                    track=decision.track,
                    kind=decision.kind,
                    emotion=decision.emotion,
                    confidence=confidence,
                    probabilities=decision.probabilities,
                    box=places.box(known.face.box),
                    face_px=places.size_px(known.face.box),
                    pose=pose,
                    model=known.model,
                    uncertain=is_uncertain(confidence, pose.yaw_degrees if pose else None, self._policy.settings),
                )
            )

    def _deliver(self) -> None:
        pause_s, tries_left = RETRY_FIRST_S, TRIES_AFTER_STOP
        while not self._stored() and tries_left:
            if self._stopping.wait(pause_s):
                tries_left -= 1
                time.sleep(RETRY_FIRST_S)
            pause_s = min(2 * pause_s, RETRY_MAX_S)
        if self._unsaved:
            logger.error("Camera %s: %d events could not be stored before the end.", self.name, len(self._unsaved))

    def _stored(self) -> bool:
        self._turned_s = time.monotonic()
        try:
            if self._unsaved:
                self._sink(self._unsaved)
                self._unsaved, self._error = [], ""
        except SpoolError as error:
            self._failed(str(error), error)
            return False
        return True

    def _failed(self, sentence: str, error: Exception) -> None:
        self._failures += 1
        if not self._error:  # only the first in a row is logged; the others are counted
            logger.warning("%s", sentence)
        logger.debug("%s", sentence, exc_info=error)
        self._error = sentence
