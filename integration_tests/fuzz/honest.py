"""Pilots that log as they should while others attack, and whether their logs are whole afterwards."""

import json
import random
import threading
import time

from ..faults import oracle, texts
from ..faults.archive import READERS
from ..faults.senders import ACKNOWLEDGED, REFUSED, UNANSWERED, Attempt, Ledger
from ..pilot import Connection
from ..stack import world
from ..waiting import stored
from .cast import HONEST_LOGS, honest_stamp

MESSAGES = 60
PAUSE_SECONDS = 0.25


class Honest(threading.Thread):
    """The pilots of one VO, one after the other, until they are told to end."""

    def __init__(self, stack, seed, number):
        super().__init__(daemon=True)
        self.vo = world.VOS[number]
        self.ledgers = []
        self._name = f"r{seed % 10**6}s{number}"
        self._seed = seed
        self._author = texts.Author(self._name, random.Random(f"{seed}/texts/{number}"), bare=0.0)
        self._connection = Connection(_url(stack), stack.pki.certificates, stack.proxy(self.vo.pilot))
        self._ended = threading.Event()

    def end(self):
        """Let the pilot that is at work finish; all that was sent is in ``ledgers``."""
        self._ended.set()
        self.join(60)

    def run(self):
        """Be one pilot after the other."""
        for number in range(HONEST_LOGS):
            stamp = honest_stamp(self._seed, self.vo.name, number)
            self.ledgers.append(Ledger(self._name, self.vo.name, stamp, 0, careful=False))
            if not self._one(self.ledgers[-1]):
                return

    def _one(self, ledger):
        while len(ledger.attempts) < MESSAGES and not self._ended.wait(PAUSE_SECONDS):
            text = self._author.chunk(last=True)
            form = Connection.message(text, ledger.stamp, ledger.vo)
            ledger.attempts.append(self._post(form, text.encode()))
        end = {"method": "finaliseLogs", "args": json.dumps([json.dumps({"retCode": "0"}), ledger.stamp, ledger.vo])}
        ledger.finalisations.append(self._post(end, b""))
        return not self._ended.is_set()

    def _post(self, form, text):
        began = time.monotonic()
        try:
            status, answer = self._connection.post(form)
        except Exception as error:  # whatever it is, there was no answer
            return Attempt(text, UNANSWERED, began, time.monotonic(), f"{type(error).__name__}: {error}")
        taken = status == 200 and isinstance(answer, dict) and answer["OK"]
        return Attempt(text, ACKNOWLEDGED if taken else REFUSED, began, time.monotonic(), str(answer)[:200], status)


def _url(stack):
    return stack.url("WorkloadManagement", "TornadoPilotLogging")


def findings(stack, honest):
    """Return what is wrong with the logs of honest pilots, or with the answers that they got."""
    reader = Connection(_url(stack), stack.pki.certificates, stack.proxy(READERS[honest.vo.name]))
    found = []
    for ledger in honest.ledgers:
        for attempt in (*ledger.attempts, *ledger.finalisations):
            if attempt.outcome != ACKNOWLEDGED:
                found.append(f"honest pilot: {attempt.outcome} {attempt.status} {attempt.detail}")
        if ledger.attempts:
            verdict = oracle.judge(ledger, read(reader, ledger.vo, ledger.stamp).encode(), marks_may_be_missing=False)
            found += [f"honest pilot's log: {finding}" for finding in verdict.findings]
    return found


def read(reader, vo, stamp):
    """A whole log by pages; what can't be read as text of the error, which is no log."""
    text, cursor = "", ""
    while True:
        answer = reader.call("getLog", vo, stamp, cursor, 0)
        if not answer["OK"]:
            return f"{text}({answer['Message']})"
        text, cursor = text + answer["Value"]["Text"], answer["Value"]["Cursor"]
        if answer["Value"]["AtEnd"]:
            return text


def is_alive(stack, stamp):
    """Return what is wrong with a collector that is asked, and that gets a fresh log: nothing, if all is well."""
    pilot = Connection(_url(stack), stack.pki.certificates, stack.proxy("pila"), timeout=60)
    operator = Connection(_url(stack), stack.pki.certificates, stack.proxy("opal"), timeout=60)
    try:
        status = operator.call("getStatus")
        sent = [pilot.send("alive\n", stamp), pilot.finalise(stamp)]
        stored(stack)
        text = read(operator, world.ALPHA.name, stamp)
    except (OSError, ValueError) as error:
        return [f"not alive afterwards: {error}"]
    if not (status["OK"] and all(answer["OK"] for answer in sent) and text == "alive\n"):
        return [f"not well afterwards: {status} {sent} {text!r}"]
    waiting = status["Value"]["Collector"]
    left = [waiting["WaitingBatches"], waiting["Spool"]["Batches"], waiting["Spool"]["Quarantined"]]
    return [f"something waits afterwards: {waiting}"] if any(left) else []
