"""`./dev screenshots`: pictures of page and portal for README and guide, from the stack in .stack/."""

import io
import random
import time
import uuid
from datetime import UTC, datetime, timedelta

from PIL import Image

from . import browser, portal_visitor
from .pilot import Connection
from .stack import Stack, ending, world
from .stack.environment import TOP

IMAGES = TOP / "docs" / "images"
COLOURS = 256
SITES = ("LCG.CERN.cern", "LCG.IN2P3-CC.fr", "LCG.RAL-HEP.uk", "LCG.CNAF.it", "VAC.Manchester.uk")
COMMANDS = ("CheckWorkerNode", "InstallDIRAC", "ConfigureBasics", "RegisterPilot", "CheckCECapabilities", "LaunchAgent")
SAYINGS = {
    "CheckWorkerNode": (
        "Host Name  = wn{n:04d}.farm.example",
        "Host FQDN  = wn{n:04d}.farm.example",
        "CPU (model)  = AMD EPYC 7702 64-Core Processor",
        "Memory (kB)  = 263856540",
        "DiskSpace (MB) = 812446",
    ),
    "InstallDIRAC": (
        "Installing DIRACOS2 version 2.48",
        "Extracting to /scratch/pilot_{n:04d}/diracos",
        "DIRAC==9.1.22 installed",
        "Source of diracosrc done",
    ),
    "ConfigureBasics": (
        "Configuring with dirac-configure -S Production -C dips://cs.example:9135",
        "Local configuration file written: pilot.cfg",
    ),
    "RegisterPilot": ("Pilot registered as {n:04d}",),
    "CheckCECapabilities": (
        "Queue parameters: CPUTime 172800, NumberOfProcessors 8",
        "CE tags: MultiProcessor, WholeNode",
    ),
    "LaunchAgent": (
        "JobAgent requesting a job",
        "Matched job {job}",
        "Job {job}: input sandbox downloaded",
        "Job {job}: running, 1200 s of CPU so far",
        "Job {job}: heartbeat sent",
    ),
}


class Teller:
    """Tells a pilot's story, by a clock of its own."""

    def __init__(self, seed, began):
        self.random = random.Random(seed)
        self.now = began
        self.number = self.random.randrange(9999)
        self.job = 90_000_000 + self.random.randrange(9_999_999)

    def line(self, level, command, text):
        """One line of the pilot's logger, a moment later."""
        self.now += timedelta(seconds=self.random.expovariate(1.5))
        return f"{self.now:%Y-%m-%dT%H:%M:%S.%fZ} {level} [{command}] {text}\n"

    def story(self, until="LaunchAgent", rounds=14, error=""):
        """The whole of it; with an error in the command that it comes to last."""
        text = self.line("DEBUG", "pilotLogger", "HOME=/home/pilot") + self.line(
            "INFO", "Pilot", f"Executing commands: {list(COMMANDS)}"
        )
        for command in COMMANDS[: COMMANDS.index(until) + 1]:
            text += self.line("INFO", command, f"Command {command} instantiated from pilotCommands")
            for _ in range(rounds if command == "LaunchAgent" else 2):
                text += "".join(
                    self.line("INFO", command, saying.format(n=self.number, job=self.job))
                    for saying in SAYINGS[command]
                )
                if self.random.random() < 0.25:
                    text += self.line("WARN", command, "Load average is 61.2 on 64 cores")
        if error:
            text += "tar: diracos/lib/libssl.so.3: Cannot write: No space left on device\n" + self.line(
                "ERROR", until, error
            )
            text += self.line("ERROR", until, "Exiting with code 3")
        return text


class Scene:
    """Pilots in all states, of the last hours."""

    def __init__(self, stack):
        self.stack = stack
        self.url = stack.url("WorkloadManagement", "TornadoPilotLogging")

    def pilot(self, seed, minutes, end, vo=world.ALPHA, **story):
        """A pilot that began so many minutes ago; ``end`` None is one that runs. Returns (VO, stamp)."""
        stamp, began = (
            uuid.UUID(int=random.Random(seed).getrandbits(128)).hex,
            datetime.now(UTC) - timedelta(minutes=minutes),
        )
        connection = Connection(self.url, self.stack.pki.certificates, self.stack.proxy(vo.pilot))
        teller = Teller(seed, began)
        connection.send(teller.story(**story), stamp)
        if end is not None:
            connection.finalise(stamp, end)
        last = datetime.now(UTC) if end is None else teller.now
        site = SITES[seed % len(SITES)]
        ce = f"ce{seed % 3 + 1:02d}.{site.split('.')[1].lower()}.{site.split('.')[2]}"
        values = (began.replace(tzinfo=None), min(last, datetime.now(UTC)).replace(tzinfo=None), site, ce, stamp)
        self.stack.sql(
            "PilotLoggingDB",
            "UPDATE PilotLogs SET FirstSeen=%s, LastSeen=%s, Site=%s, CE=%s WHERE PilotStamp=%s",
            values,
        )
        self.submit(seed, stamp, vo, site, ce, values[:2], {None: "Running", "0": "Done"}.get(end, "Failed"))
        return vo.name, stamp

    def submit(self, seed, stamp, vo, site, ce, times, status):
        """The pilot as DIRAC knows it, for the portal."""
        self.stack.sql(
            "PilotAgentsDB",
            "INSERT INTO PilotAgents (PilotJobReference, PilotStamp, DestinationSite, Queue, GridSite, VO, GridType,"
            " Status, CurrentJobID, SubmissionTime, LastUpdateTime)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                reference(ce, seed),
                stamp,
                ce,
                "grid",
                site,
                vo.name,
                "HTCondorCE",
                status,
                90_000_000 + seed * 1117,
                *times,
            ),
        )

    def set(self, pilot, **columns):
        """Change a log's row, as an agent would by and by."""
        names = ", ".join(f"{name}=%s" for name in columns)
        self.stack.sql(
            "PilotLoggingDB", f"UPDATE PilotLogs SET {names} WHERE PilotStamp=%s", (*columns.values(), pilot[1])
        )

    def fill(self):
        """Make them; returns those that pictures are taken of, by name."""
        self.stack.sql("PilotLoggingDB", "DELETE FROM PilotLogBatches")
        self.stack.sql("PilotLoggingDB", "DELETE FROM PilotLogFiles")
        self.stack.sql("PilotLoggingDB", "DELETE FROM PilotLogs")
        self.stack.sql("PilotAgentsDB", "DELETE FROM PilotAgents")
        for seed in range(20, 34):
            done = self.pilot(seed, 60 + 21 * (seed - 19), "0", world.BETA if seed % 4 == 0 else world.ALPHA)
            self.set(done, State="Archived" if seed % 3 else "Complete")
        silent = self.pilot(40, 190, None, until="CheckCECapabilities")
        self.set(
            silent,
            State="Incomplete",
            LastSeen=datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=140),
            Attempts=2,
            LastError="ALPHA-disk: No space left on device",
        )
        for seed in (41, 42, 43):
            self.pilot(seed, 3 + seed % 5, None, world.BETA if seed == 42 else world.ALPHA, rounds=4)
        failed = self.pilot(44, 25, "3", until="InstallDIRAC", error="Could not install DIRAC: no space left on device")
        return {"failed": failed, "running": self.pilot(45, 6, None, rounds=10)}


def reference(ce, seed):
    """A pilot's reference as an HTCondorCE gives it."""
    return f"htcondorce://{ce}/{40_000 + seed * 37}.0"


def save(page, name):
    """A picture of what is seen, as a small PNG."""
    page.wait_for_timeout(600)
    picture = (
        Image.open(io.BytesIO(page.screenshot()))
        .convert("RGB")
        .quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    )
    picture.save(IMAGES / f"{name}.png", optimize=True)
    print(f"docs/images/{name}.png  {(IMAGES / f'{name}.png').stat().st_size // 1024} kB")


def take(stack, pilots):
    """All pictures."""
    with browser.chromium() as chromium:
        for scheme in ("light", "dark"):
            with browser.visitor(chromium, stack, "admin", color_scheme=scheme) as visitor:
                page = visitor.open()
                page.wait_for_selector(".card")
                save(page, f"page-list-{scheme}")
                page = visitor.open_log(pilots["failed"])
                page.wait_for_selector("text=2 errors")
                page.keyboard.press("t")
                page.keyboard.press("e")
                save(page, f"page-log-{scheme}")
        with browser.visitor(chromium, stack, "admin") as visitor:
            page = visitor.open_log(pilots["running"])
            page.wait_for_selector(".link.is-live")
            page.fill(".find input", "heartbeat")
            page.press(".find input", "Enter")
            page.wait_for_selector(".hits:has-text(' of ')")
            page.keyboard.press("Escape")
            page.keyboard.press("G")
            save(page, "page-live")
        with browser.visitor(chromium, stack, "admin", **browser.PHONE) as visitor:
            page = visitor.open()
            page.wait_for_selector(".card")
            save(page, "page-phone-list")
            save(visitor.open_log(pilots["failed"]), "page-phone-log")


def take_portal(stack):
    """Pilot Monitor with a pilot's output and its logging info; our page from the portal's menu."""
    with browser.chromium() as chromium, portal_visitor.visitor(chromium, stack, "admin") as opens:
        monitor = opens("PilotMonitor")
        (failed,) = stack.sql("PilotAgentsDB", "SELECT PilotJobReference FROM PilotAgents WHERE Status = 'Failed'")
        monitor.submit(*failed)
        for entry, name in (("Pilot Output", "portal-output"), ("Logging info", "portal-logging-info")):
            monitor.choose(*failed, entry)
            save(monitor.page, name)
            monitor.close()
        monitor.from_menu("Tools", "Pilot logs").wait_for_selector(".card")
        save(monitor.page, "portal-page")


def main():
    """Bring the stack up, fill it, take the pictures; the stack stays up."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    ending.clean_up_when_terminated()
    stack = Stack(TOP / ".stack")
    stack.up(print)
    stack.portal.start()
    stack.stay()
    pilots = Scene(stack).fill()
    time.sleep(1)
    take(stack, pilots)
    take_portal(stack)


if __name__ == "__main__":
    main()
