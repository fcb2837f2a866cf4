"""Jobs that a pilot matched, and how they ended, by the lines of the JobAgent and of the JobWrapper."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from .log_line import LogLine

DONE, FAILED, RESCHEDULED, UNKNOWN = "done", "failed", "rescheduled", "unknown"

_RECEIVED = b"JobID="
_FINAL = b"Final job status "
_PAYLOAD = b"Payload execution failed with error code "
_RESCHEDULED = b"Job Rescheduled "
_SUBMISSION = b"Job submission failed "
_KILLED = b"Payload killed by watchdog"
_FINISHED = b"Job finished "
TEXTS = frozenset((_RECEIVED, _FINAL, _PAYLOAD, _RESCHEDULED, _SUBMISSION, _KILLED, _FINISHED))

_ID = re.compile(rb"Received JobID=(\d{1,20})(?:, JobType=([^,\s]{1,60}))?")
_STATUS = re.compile(rb"Final job status (\w+) ; ([^\n]{0,100})")
_CODE = re.compile(rb"error code (-?\d{1,10})")
_BADLY = (FAILED, RESCHEDULED)


@dataclass(slots=True)
class Job:
    """A job: its number, the line where it was received, its end and, in DIRAC's words, why."""

    id: str
    type: str
    line: int
    status: str = UNKNOWN
    minor: str = ""


@dataclass(slots=True)
class Jobs:
    """The jobs so far: at most ``most`` of them one by one, all of them counted."""

    most: int
    matched: int = 0
    last_line: int = 0
    last_good_line: int = 0
    listed: list[Job] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)
    _last: Job | None = None

    @property
    def is_running(self) -> bool:
        """Return whether the last job has not ended."""
        return self._last is not None and self._last.status == UNKNOWN

    def has_failed(self, line: int) -> bool:
        """Return whether the job that ran at a line failed; one that was given back did not."""
        ran = [job for job in self.listed if job.line <= line]
        return bool(ran) and ran[-1].status == FAILED

    def note(self, text: bytes, line: LogLine) -> None:
        """Note what a line that has one of the texts says of a job."""
        if text == _RECEIVED:
            self._receive(line)
        elif text == _FINAL:
            self._final(line)
        elif text == _PAYLOAD and (match := _CODE.search(line.text)):
            self._end(line, FAILED, f"error code {match[1].decode()}")
        elif text == _KILLED:
            minor = line.text.partition(_KILLED)[2].strip(b" :")[:100]
            self._end(line, FAILED, minor.decode("utf-8", "replace"))
        elif text == _FINISHED:
            self._end(line, FAILED if b"with errors" in line.text else DONE, "")
        elif text in (_RESCHEDULED, _SUBMISSION):
            self._end(line, RESCHEDULED, "")

    def _receive(self, line: LogLine) -> None:
        if match := _ID.search(line.text):
            self.matched += 1
            self.last_line = line.number
            self._last = Job(match[1].decode(), (match[2] or b"").decode("utf-8", "replace"), line.number)
            self.ended[UNKNOWN] += 1
            if len(self.listed) < self.most:
                self.listed.append(self._last)

    def _final(self, line: LogLine) -> None:
        if match := _STATUS.search(line.text):
            status = FAILED if match[1] == b"Failed" else DONE
            self._end(line, status, match[2].decode("utf-8", "replace").strip())

    def _end(self, line: LogLine, status: str, minor: str) -> None:
        """Note the end of the job that was received last. Done is over-ruled, a bad end is not."""
        job = self._last
        if status == DONE:
            self.last_good_line = line.number
        if job is None:
            if status in _BADLY:
                self.ended[status] = max(self.ended[status], 1)
            return
        if job.status not in _BADLY:
            self.ended[job.status] -= 1
            self.ended[status] += 1
            job.status = status
        job.minor = job.minor or minor
