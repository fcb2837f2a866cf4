"""A run with bundles: after the end of the others logs are deleted and get late text, and bundles are written anew."""

import threading
import time

from ...pilot import Connection
from .. import settle
from ..patience import stretched
from ..run import Run
from .archive import BundledArchive
from .breaking import BundleInjector

CLEARED_SECONDS = stretched(60)
DELETE_TRIES = 20
LATE_SECONDS = stretched(20)


class BundleRun(Run):
    """A run of a `BundlePlan` on a `BundleField`."""

    has_bundles = True

    def __init__(self, on_field, plan):
        super().__init__(on_field, plan)
        self._archive = BundledArchive(on_field.stack)
        self.result.faults = (*plan.faults, *plan.clearing)
        self._victims = [(one.stamp, one.name, one.vo) for one in self.ledgers if one.name in plan.victims]
        self._late = dict(plan.late)
        self._injector = BundleInjector(self._field, self._proxy)

    def _lane(self, injector, faults):
        super()._lane(self._injector, faults)

    def _end(self):
        super()._end()
        began = time.monotonic()
        threads = [threading.Thread(target=self._clear, args=(fault, began)) for fault in self.plan.clearing]
        for thread in threads:
            thread.start()
        self._delete()
        for sender in self._senders:
            if sender.ledger.name in self._late:
                sender.late(self._late[sender.ledger.name], LATE_SECONDS)
        for thread in threads:
            thread.join()
        self.result.findings += settle.archived(self._field, self._archive, self.stamps)
        self.result.findings += self._cleared()

    def _clear(self, fault, began):
        time.sleep(max(0.0, began + fault.at - time.monotonic()))
        super()._lane(self._injector, [fault])

    def _delete(self):
        """Delete the victims as an administrator does: again, where the database was away."""
        admin = self._field.stack.proxy("admin")
        connection = Connection(self._field.url(0), self._field.stack.pki.certificates, admin)
        for stamp, name, vo in self._victims:
            for _ in range(DELETE_TRIES):
                answer = connection.call("deleteLogs", {"VO": vo, "PilotStamp": [stamp]}, False)
                if answer["OK"]:
                    break
                time.sleep(1)
            self.result.findings += [] if answer["OK"] else [f"{name} could not be deleted: {answer['Message']}"]
            self.result.counts["logs deleted"] += answer["OK"]

    def _cleared(self):
        """Wait until nothing is left of what was deleted; what still is after all, as findings."""
        deadline = time.monotonic() + CLEARED_SECONDS
        victims = [(stamp, name) for stamp, name, _ in self._victims]
        while (left := self._archive.left_of(victims)) and time.monotonic() < deadline:
            time.sleep(0.5)
        return left

    def _judge(self):
        """Judge all logs but the deleted ones."""
        deleted = {(vo, stamp) for stamp, _, vo in self._victims}
        for key in deleted:
            del self.logs[key]
        bundles = self._archive.bundles()
        self.result.counts["bundles there"] = len(bundles)
        super()._judge()
