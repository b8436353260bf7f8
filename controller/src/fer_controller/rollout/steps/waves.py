"""How a wave goes: its devices are measured, told, awaited, soaked and judged; then the next one."""

import re
from collections import Counter

from fer_wire.desired import SHA256_PATTERN

from fer_controller.rollout import audit
from fer_controller.rollout.desired import messages as desired
from fer_controller.rollout.evidence.measurement import dumped, measure, windows_before
from fer_controller.rollout.steps import endings, soaking
from fer_controller.rollout.steps.live_rollout import Course
from fer_controller.rollout.steps.rollback import REPORTS_WITHIN_S
from fer_controller.rollout.transitions import (
    COMMITTED,
    FAILED,
    PENDING,
    QUARANTINED,
    RETRYING,
    ROLLED_BACK,
    SETTLE,
    SKIP,
    SKIPPED,
    SOAKING,
    START,
    SUPERSEDED,
    TELL,
    UNSETTLED,
    UPDATING,
    WAITING,
)
from fer_controller.store.rollout_records import TargetRow, WaveRow

SHA256 = re.compile(SHA256_PATTERN)


def advance(course: Course) -> None:
    """One step of the wave that the rollout is at."""
    wave = course.wave
    if wave is None:
        endings.complete(course)
        return
    if wave.state == WAITING:
        wave = _start(course, wave)
    if _too_many_failed(course, wave):
        return
    if wave.state == UPDATING:
        _update(course, wave)
    elif wave.state == SOAKING:
        soaking.advance(course, wave)


def _start(course: Course, wave: WaveRow) -> WaveRow:
    shared, request = course.shared, course.request
    devices = [target.device for target in course.of_wave(wave.number) if target.state == PENDING]
    moves = shared.measurements.last_moves(devices, (COMMITTED, ROLLED_BACK))
    before = measure(shared.measurements, windows_before(devices, shared.now, shared.settings.baseline_s, moves))
    for device in devices:
        course.keep(course.targets[device], baseline=dumped(before[device]))
    started = course.move_wave(wave, START, started_at=shared.at, deadline_at=shared.later(request.deadline_s))
    enough = sum(each.samples >= shared.settings.min_samples for each in before.values())
    sentence = (
        f"Wave {wave.number} of {len(course.waves)} begins with {len(devices)} devices; "
        f"{enough} of them have a baseline."
    )
    course.note(audit.WAVE_STARTED, sentence, wave=wave.number, numbers={"devices": len(devices), "baselines": enough})
    return started


def _update(course: Course, wave: WaveRow) -> None:
    _tell(course, wave)
    if course.shared.passed(wave.deadline_at, min(course.request.deadline_s, REPORTS_WITHIN_S)):
        endings.times_out(course, wave, "the wave's deadline passed")
    states = _states(course, wave)
    if any(state in UNSETTLED for state in states):
        return
    counted = sum(number for state, number in states.items() if state not in (SKIPPED, SUPERSEDED))
    if not counted:
        endings.passes(course, wave, f"Wave {wave.number} passed: no device is left in it.")
    elif states[COMMITTED] < course.request.min_committed * counted or not states[COMMITTED]:
        endings.pause(course, wave, f"Only {states[COMMITTED]} of {counted} devices of wave {wave.number} committed.")
    else:
        _settle(course, wave, states[COMMITTED], counted)


def _tell(course: Course, wave: WaveRow) -> None:
    """As many as may update at once; devices that are away find their desired state when they come."""
    room = course.request.concurrency - course.flying()
    for target in course.of_wave(wave.number):
        due = target.state == PENDING or (target.state == RETRYING and target.retry_at <= course.shared.at)
        if not due or _passed_over(course, target):
            continue
        if course.online(target.device):
            if room <= 0:
                continue
            room -= 1
        _told(course, target)


def _passed_over(course: Course, target: TargetRow) -> bool:
    reason = course.shared.quarantined(target.device)
    if reason:
        reason = f"it is in quarantine: {reason}"
    elif not target.attempt and course.running_sha256(target.device) in desired.shas_of(target.artifacts):
        reason = "it runs the model already"
    if not reason:
        return False
    course.move(target, SKIP, reason)
    course.note(audit.SKIPPED, f"{target.device} is left out: {reason}.", wave=target.wave, device=target.device)
    return True


def _told(course: Course, target: TargetRow) -> None:
    previous = {}
    said = course.report(target.device)
    if not target.previous_sha256 and said and said.running and SHA256.fullmatch(said.running.sha256):
        previous = {"previous_model": said.running.model, "previous_sha256": said.running.sha256}
    told = course.move(target, TELL, attempt=target.attempt + 1, retry_at="", **previous)
    shared = course.shared
    last = shared.desired.get(told.device)
    shared.desire(desired.forward(course.rollout, told, last, shared.now, course.request.probation_s))
    model = desired.artifacts_of(told.artifacts)[0].model
    sentence = f"{told.device} is told, in attempt {told.attempt}, to run {model} ({told.why})."
    numbers = {"attempt": told.attempt, "previous": told.previous_model}
    course.note(audit.TOLD, sentence, wave=told.wave, device=told.device, numbers=numbers)


def _settle(course: Course, wave: WaveRow, committed: int, counted: int) -> None:
    shared = course.shared
    until = shared.later(course.request.soak_s)
    soaking = course.move_wave(wave, SETTLE, soaking_at=shared.at, soak_until=until, judged_at=shared.at)
    sentence = (
        f"{committed} of {counted} devices of wave {wave.number} committed; it soaks {course.request.soak_s:g} s."
    )
    numbers = {"committed": committed, "devices": counted}
    course.note(audit.WAVE_SOAKS, sentence, wave=soaking.number, numbers=numbers)


def _too_many_failed(course: Course, wave: WaveRow) -> bool:
    states = _states(course, wave)
    failed = states[FAILED] + states[QUARANTINED]
    counted = sum(number for state, number in states.items() if state not in (SKIPPED, SUPERSEDED))
    if not failed or failed <= course.request.max_failures * counted:
        return False
    last = next(t.reason for t in course.of_wave(wave.number) if t.state in (FAILED, QUARANTINED))
    endings.stop(
        course, wave, f"{failed} of {counted} devices failed, more than {course.request.max_failures:.1%}; one: {last}."
    )
    return True


def _states(course: Course, wave: WaveRow) -> Counter[str]:
    return Counter(target.state for target in course.of_wave(wave.number))
