"""The judgement of one answer: what the collector may not answer is a finding, in words that can be counted."""

import json

from .case import Case
from .cast import CANARY
from .client import Answer

#: A sender gets its answer 5 s after its message has arrived; two busy cores, and what 30 MB take to travel, add to it.
ANSWER_SECONDS = 8.5
#: Words of tracebacks, of Python's own names for things, of files and of libraries, which no answer holds.
LEAKS = (
    b"Traceback", b'File \\"', b"site-packages", b".py", b"<class", b" object at 0x", b"sqlalchemy", b"MySQLdb",
    b"mariadb", b"zstandard", b"/tmp/", b"PilotLoggingDIRAC", b"Error(", b"__",
)  # fmt: skip
INTERNAL = "Internal error"


def judge(case: Case, answers: list[Answer]):
    """The findings on a case; none is good."""
    if case.verbs and len(answers) != len(case.verbs):
        return [f"{len(case.verbs)} answers owed, {len(answers)} came"]
    found = []
    for answer in answers:
        found += _one(case, answer)
    return found


def _one(case, answer):
    if answer.late:
        return ["no answer in time"]
    if answer.status not in case.answers and not (answer.status is None and not case.verbs):
        return [_unexpected(case, answer)]
    found = ["slow"] if case.is_sending and answer.seconds > ANSWER_SECONDS else []
    if answer.status == 200 and case.verbs != ("HEAD",):
        return found + _wrong_json(case, answer.body)
    return found + _leaks(answer.body)


def _unexpected(case, answer):
    if answer.status is None:
        return "closed without an answer"
    return f"status {answer.status} to an authorised sender" if case.is_sending else f"status {answer.status}"


def _wrong_json(case, body):
    try:
        content = json.loads(body, parse_constant=_no_json)
    except (ValueError, RecursionError) as error:
        return [] if case.reflects and isinstance(error, RecursionError) else [f"not JSON: {type(error).__name__}"]
    if not isinstance(content, dict) or not isinstance(content.get("OK"), bool):
        return ["not an answer of DIRAC's"]
    if content["OK"]:
        return [] if "Value" in content else ["S_OK without Value"]
    message, number = content.get("Message"), content.get("Errno")
    if not isinstance(message, str) or not message or isinstance(number, bool) or not isinstance(number, int):
        return ["S_ERROR without message or number"]
    internal = ["internal error"] if message.startswith(INTERNAL) else []
    extra = sorted(set(content) - {"OK", "Errno", "Message"})
    return internal + _leaks(body) + ([f"S_ERROR with {extra}"] if extra else [])


def _no_json(name):
    raise ValueError(f"{name} is not JSON")


def _leaks(body):
    found = [f"leak: {word.decode()}" for word in LEAKS if word in body]
    return found + (["the caller's text in an answer"] if CANARY.encode() in body else [])


def category(answer):
    """Return what kind of answer it was, for the summary."""
    if answer.status is None:
        return "late" if answer.late else "closed"
    if answer.status != 200:
        return str(answer.status)
    try:
        return "S_OK" if answer.body.startswith(b'{"OK": true') else f"S_ERROR {json.loads(answer.body).get('Errno')}"
    except (ValueError, RecursionError, AttributeError):
        return "200 other"
