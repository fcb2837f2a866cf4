"""Jobs that a pilot matched, and how they ended, by the lines of the JobAgent and of the JobWrapper.

``Troubles`` are the parts of a log in which a job failed, could not be run, or could not be had.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from .log_line import LogLine

DONE, FAILED, RESCHEDULED, UNKNOWN = "done", "failed", "rescheduled", "unknown"

_RECEIVED = b"JobID="
_FINAL = b"Final job status "
_PAYLOAD = b"Payload execution failed with error code "
_PAYLOAD_FAILED = frozenset(
    (b"Fail in payload execution", b"Failed to execute the payload", b"Error during a payload execution")
)
_KILLED = b"Payload killed by watchdog"
_FINISHED = b"Job finished "
_RESCHEDULED = frozenset((b"Job Rescheduled", b"Failure ==> rescheduling", b"Job will be rescheduled"))
_NOT_RUN = frozenset(
    (
        *(b"Job submission failed ", b"Error in DIRAC JobWrapper or inner CE", b"Error during the submission process"),
        *(b"JobWrapper failed ", b"JDL Problem", b"Failed to reschedule job", b"Exception occurred when submitting"),
        *(b"Agent exception while calling", b"Exception while calling execute method", b"JobWrapperTemplate exception"),
    )
)
_REFUSED = frozenset(
    (
        *(b"Failed to get jobs", b"Timeout while requesting job", b"Error requesting job", b"Matcher Failed"),
        *(b"Pilot version mismatch", b"Exception while calling execute method", b"Agent exception while calling"),
    )
)
_ANSWERED = b"Job request OK"
TEXTS = frozenset(
    (
        *(_RECEIVED, _FINAL, _PAYLOAD, *_PAYLOAD_FAILED, _KILLED, _FINISHED, _ANSWERED),
        *(*_RESCHEDULED, *_NOT_RUN, *_REFUSED),
    )
)

_ID = re.compile(rb"Received JobID=(\d{1,20})(?:, JobType=([^,\s]{1,60}))?")
_STATUS = re.compile(rb"Final job status (\w+) ; ([^\n]{0,100})")
_CODE = re.compile(rb"error code (-?\d{1,10})")
_BADLY = (FAILED, RESCHEDULED)
_BY_APPLICATION = "Application "


@dataclass(slots=True)
class Job:
    """A job: its number, the line where it was received, its end and, in DIRAC's words, why."""

    id: str
    type: str
    line: int
    status: str = UNKNOWN
    minor: str = ""


@dataclass(slots=True)
class Trouble:
    """Lines in which a job went wrong: it ``failed``, or was not run; ``blameless`` unless the application did it."""

    job: int
    line: int
    last_line: int
    blameless: bool = False
    failed: bool = False


@dataclass(slots=True)
class Jobs:
    """The jobs so far: at most ``most`` of them one by one, all of them counted."""

    most: int
    matched: int = 0
    received_line: int = 0
    last_good_line: int = 0
    listed: list[Job] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)
    answered_line: int = 0
    refused_line: int = 0
    _troubles: list[Trouble] = field(default_factory=list)
    _last: Job | None = None

    @property
    def troubles(self) -> list[Trouble]:
        """Return what went wrong; a job that was given back is no trouble where a later one ended well."""
        return [trouble for trouble in self._troubles if trouble.failed or trouble.last_line > self.last_good_line]

    @property
    def is_running(self) -> bool:
        """Return whether the last job has not ended."""
        return self._last is not None and self._last.status == UNKNOWN

    @property
    def refused(self) -> bool:
        """Return whether the pilot got no answer when it asked for a job for the last time."""
        return self.refused_line > self.answered_line

    def note(self, text: bytes, line: LogLine) -> None:
        """Note what a line that has one of the texts says of a job."""
        if text == _RECEIVED:
            self._receive(line)
        elif text == _FINAL:
            self._final(line)
        elif text == _PAYLOAD and (match := _CODE.search(line.text)):
            self._end(FAILED, f"error code {match[1].decode()}", line)
        elif text in _PAYLOAD_FAILED:
            self._end(FAILED, "", line)
        elif text == _KILLED:
            minor = line.text.partition(_KILLED)[2].strip(b" :")[:100]
            self._end(FAILED, minor.decode("utf-8", "replace"), line)
        elif text == _FINISHED:
            self._end(FAILED if b"with errors" in line.text else DONE, "", line)
        else:
            self._other(text, line)

    def _other(self, text: bytes, line: LogLine) -> None:
        """Note a line that tells of a job that was not run, or of the matcher."""
        if text in _RESCHEDULED or text in _NOT_RUN:
            self._end(RESCHEDULED, "", line)
            self._trouble(line, blameless=True)
        if text in _REFUSED:
            self.refused_line = line.number
        elif text == _ANSWERED:
            self.answered_line = line.number

    def _receive(self, line: LogLine) -> None:
        if match := _ID.search(line.text):
            self.matched += 1
            self.received_line = self.answered_line = line.number
            self._last = Job(match[1].decode(), (match[2] or b"").decode("utf-8", "replace"), line.number)
            self.ended[UNKNOWN] += 1
            if len(self.listed) < self.most:
                self.listed.append(self._last)

    def _final(self, line: LogLine) -> None:
        if match := _STATUS.search(line.text):
            status = FAILED if match[1] == b"Failed" else DONE
            minor = match[2].decode("utf-8", "replace").strip()
            self._end(status, minor, line)
            if status == FAILED and not minor.startswith(_BY_APPLICATION):
                self._trouble(line, blameless=True, failed=True)

    def _trouble(self, line: LogLine, blameless: bool = False, failed: bool = False) -> None:
        """Note a line where the job that was received last went wrong."""
        if not self._troubles or self._troubles[-1].job != self.matched:
            if len(self._troubles) >= self.most:
                self._troubles.pop()
            self._troubles.append(Trouble(self.matched, self.received_line, line.number))
        trouble = self._troubles[-1]
        trouble.last_line = line.number
        trouble.blameless |= blameless
        trouble.failed |= failed

    def _end(self, status: str, minor: str, line: LogLine) -> None:
        """Note the end of the job that was received last. Done is over-ruled, a bad end is not."""
        if status == FAILED:
            self._trouble(line, failed=True)
        elif status == DONE:
            self.last_good_line = line.number
        job = self._last
        if job is None:
            if status in _BADLY:
                self.ended[status] = max(self.ended[status], 1)
            return
        if job.status not in _BADLY:
            self.ended[job.status] -= 1
            self.ended[status] += 1
            job.status = status
        job.minor = job.minor or minor
