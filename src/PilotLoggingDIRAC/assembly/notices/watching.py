"""The agent's thread of notices: beside its cycle, so that neither waits for the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from PilotLoggingDIRAC.adapters.database import LogDatabase
from PilotLoggingDIRAC.adapters.workers.pool import WorkerPool
from PilotLoggingDIRAC.adapters.workers.proxies import HOST
from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.assembly.diagnosis_rules import rules
from PilotLoggingDIRAC.assembly.duty_thread import DutyThread
from PilotLoggingDIRAC.assembly.notices import subscriptions
from PilotLoggingDIRAC.assembly.notices.subscriptions import MAIL, WEBHOOK, Channels
from PilotLoggingDIRAC.assembly.reading import archives
from PilotLoggingDIRAC.pilotlog.archive.tally import Tally
from PilotLoggingDIRAC.pilotlog.bounded_executor import BoundedExecutor
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.notify.notifier import Key, LastLook, Notifier
from PilotLoggingDIRAC.pilotlog.notify.settings import NoticeSettings
from PilotLoggingDIRAC.pilotlog.notify.watch import ProblemWatch
from PilotLoggingDIRAC.pilotlog.pauses import pause

_DUTY = "notices"
#: How long an agent that ends waits for a look; what is being sent ends by its own time limit.
_STOP_SECONDS = 10.0


class NoticeWatch:
    """The thread that looks for problems while this agent has the duty, and the threads that tell of them."""

    def __init__(self, db: LogDatabase, option: options.Getter, owner: str):
        self._option = option
        self._db = db
        self._owner = owner
        self._settings = settings = self._now()
        # one mail server takes all mail: more at a time would only hang together
        self._mailer = WorkerPool(1)
        self._queues = {
            MAIL: BoundedExecutor("notice-mail", 1, settings.notice_waiting),
            WEBHOOK: BoundedExecutor("notice-webhook", settings.notice_senders, settings.notice_waiting),
        }
        self._counted, self._told = Tally(), dict[str, int]()
        self._under_way, self._last_look = set[Key](), LastLook()
        self._problems = dict[str, str]()
        self._thread = DutyThread(
            "notices",
            _DUTY,
            db.duties,
            owner,
            self._work,
            lambda took: pause_after(took, self._settings),
            _STOP_SECONDS,
        )

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def tally(self) -> Tally:
        """Return what was done since the call before, and the problems of the last look."""
        found, counts = Tally(), self._counted.counts
        for thing, number in counts.items():
            found.add(thing, number - self._told.get(thing, 0))
        self._told = counts
        for subject, text in self._problems.items():
            found.problem(subject, text)
        return found

    def stop(self) -> None:
        """Stop the thread after its present look; then another agent may take the duty at once."""
        self._thread.stop()
        for queue in self._queues.values():
            queue.shutdown()
        self._mailer.close()

    def _now(self) -> NoticeSettings:
        """Return the settings of this moment: they may be changed while the agent runs."""
        return options.fill(NoticeSettings, self._option)

    def _work(self) -> None:
        """Look once; whatever goes wrong is a problem of the agent, and the next look tries again."""
        try:
            self._mailer.drop_idle()
            self._settings = self._now()  # for the pause after this look, too: a change counts from the next one on
            self._problems = self._look(self._settings) if self._settings.notice_seconds else self._no_look()
        except StoreUnavailable as error:
            self._problems = {"notices": str(error)}
        except Exception as error:  # without an alarm nobody would know that there are no notices
            self._problems = {"notices": f"{type(error).__name__}: {error}"}

    def _no_look(self) -> dict[str, str]:
        """Forget the looks before: notices are switched off. Return no problems."""
        self._last_look = LastLook()
        return {}

    def _look(self, settings: NoticeSettings) -> dict[str, str]:
        """Look once, if this agent has the duty. Return the problems by subject."""
        if not self._thread.hold(settings.notice_seconds + settings.notice_lease_seconds):
            self._last_look = LastLook()  # what was wrong when this agent looked is old when it has the duty again
            return {}
        channels = Channels(self._mailer.of(HOST), settings.notice_send_seconds)
        found = subscriptions.read(archives.vos(), channels)
        db = self._db
        watch = ProblemWatch(db.reader, db.diagnoses, db.custody, settings.notice_logs, settings.notice_problems, rules)
        notifier = Notifier(
            *(db.standings, watch, settings, db.clock, self._owner, self._post),
            *(self._counted, self._under_way, self._last_look),
        )
        unusable = ((path.split("/")[2], f"{path}: {text}") for path, text in found.problems.items())
        wrong = defaultdict[str, list[str]](list)
        for vo, text in (*notifier.look(found.found).items(), *unusable):
            wrong[f"notices of {vo}"].append(text)
        return {subject: "; ".join(texts) for subject, texts in wrong.items()}

    def _post(self, channel: str, work: Callable[[], None]) -> None:
        self._queues[channel].submit(work, ())


def pause_after(seconds: float, settings: NoticeSettings) -> float:
    """Return the pause after a look of ``seconds``: looks take a share of the time at most."""
    return pause(seconds, settings.notice_seconds or 60.0, settings.notice_load_percent)
