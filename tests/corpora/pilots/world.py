"""The world of a pilot: names of sites, hosts, VOs and versions. All of them are made up."""

from datetime import UTC, datetime, timedelta

from . import places

_SETUPS = (
    "CheckWorkerNode,InstallDIRAC,ConfigureBasics,RegisterPilot,CheckCECapabilities,CheckWNCapabilities,ConfigureSite,"
    "ConfigureArchitecture,ConfigureCPURequirements,LaunchAgent"
)


#: Points at which a pilot has sent nothing yet: such a log comes from the CE.
BEFORE_LOGGING = ("begin", "wrapper", "download", "launch", "params")


#: A word of a case, and the CEs whose logs may have it; the first word that is there counts.
_WORDS = (
    ("slurm", ("AREX", "SSH")),
    ("srun:", ("AREX", "SSH")),
    ("PBS", ("AREX",)),
    ("ARC", ("AREX",)),
    ("cloud-init", ("Cloud",)),
    ("/scratch/plt", ("Cloud",)),
    ("Job was ", ("HTCondorCE",)),
    ("ondor", ("HTCondorCE",)),
)
_ALL = ("HTCondorCE", "AREX", "SSH", "Cloud", "Vac")


def _ce_types(text):
    """Return the kinds of CE that a text may come from."""
    return next((types for word, types in _WORDS if word in text), _ALL)


class World:
    """The names of one run, from a random source."""

    def __init__(self, random, case, part):
        options = case.options
        self.random = random
        self.needs_extension = case.point.startswith("extra.")
        self.ce_types = _ce_types(" ".join(case.lines))
        self._place(part)
        self._versions(options)
        self._ids(options)
        self.remote = self._flag(options, "remote", 0.65)
        if case.point in BEFORE_LOGGING:
            self.remote = False
        self.debug = self._flag(options, "debug", 0.35)
        self.threads = random.random() < 0.5
        self.local = self._choice(options, "mode", "local", 0.35)
        self.pool = self._flag(options, "pool", 0.15)
        self.chatty = self._flag(options, "chatty", 0.25)
        self.env_lines = random.choice((12, 25, 40, 60))
        self.start = datetime(2026, 1, 15, tzinfo=UTC) + timedelta(seconds=random.randint(0, 312 * 86400))
        self.start += timedelta(microseconds=random.randint(0, 999_999))

    def _flag(self, options, name, share):
        drawn = self.random.random() < share
        return options[name] == "1" if name in options else drawn

    def _choice(self, options, name, value, share):
        drawn = self.random.random() < share
        return options[name] == value if name in options else drawn

    def _place(self, part):
        random = self.random
        here = [place for place in places.PLACES[part] if place[1] in self.ce_types]
        place = random.choice(here)
        self.site, self.cetype, self.ce, self.queue, self.nodes, self.scratch = place
        node = random.randint(1, 480)
        self.fqdn = self.nodes.replace("#", f"{node:03}" if random.random() < 0.5 else str(node))
        self.host = self.fqdn.split(".")[0] if random.random() < 0.6 else self.fqdn
        self.domain = self.ce.split(".", 1)[1]
        self.os = random.choice(places.SYSTEMS[part])
        self.pretty, self.osname, self.osversion, self.kernel, self.glibc = self.os
        self.cpu = random.choice(places.CPUS)
        self.cores = random.choice((1, 1, 2, 4, 8, 8, 16, 32, 64))
        self.memory = random.choice((3, 8, 16, 32, 64, 128, 256, 512)) * 1024 * 1024 - random.randint(1, 99_999)
        vos = [vo for vo in places.VOS[part] if vo[2] or not self.needs_extension]
        self.vo, self.project, self.extension, self.cs = random.choice(vos)
        self.user = random.choice(("pilot", "plt", "grid", "prd", "vo")) + str(random.randint(1, 250)).zfill(3)
        self.uid = random.randint(1001, 64000)

    def _versions(self, options):
        random = self.random
        self.ver = options.get("ver") or random.choice(
            ("9.1.22", "9.1.20", "9.1.16", "9.0.11", "9.1.3", "8.0.72", "8.0.60")
        )
        self.old_dirac = self.ver.startswith("8")
        self.old_pilot = options.get("pilot") == "old"
        self.job_headers = random.random() < 0.5
        self.python = random.choice(("3.6.8", "3.9.18", "3.9.21", "3.11.9", "3.12.9", "3.10.12"))

    def _ids(self, options):
        random = self.random
        self.stamp = f"{random.getrandbits(128):032x}"
        if random.random() < 0.1:
            raw = self.stamp
            self.stamp = f"{raw[:8]}-{raw[8:12]}-11ef-{raw[16:20]}-{raw[20:]}"
        self.batch = random.randint(100_000, 99_999_999)
        self.job_id = random.randint(1_000_000, 990_000_000)
        self.pid = random.randint(900, 400_000)
        self.thread = random.randint(139_000_000_000_000, 140_900_000_000_000)
        letters = "abcdefghijklmnopqrstuvwxyz0123456789_"
        self.temporary = "DIRAC_" + "".join(random.choice(letters) for _ in range(8)) + "pilot"
        base = self.scratch.replace("#", str(self.batch)).replace("%", self.user)
        self.base = base
        self.wd = f"{base}/{self.temporary}"
        self.ref = self._reference()
        self.power = round(random.uniform(8.5, 31.0), 1)
        self.cputime = random.choice((43_200, 86_400, 129_600, 172_800, 259_200, 432_000)) - random.randint(0, 900)
        self.cputime = int(options.get("cputime", self.cputime))

    def _reference(self):
        if self.cetype == "AREX":
            return f"https://{self.ce}:443/arex/{self.stamp.replace('-', '')[:24]}"
        if self.cetype == "HTCondorCE":
            return f"htcondorce://{self.ce}/{self.batch}.{self.random.randint(0, 49)}"
        if self.cetype == "SSH":
            return f"sshslurm://{self.ce}/{self.batch}"
        return self.stamp

    # names that texts use

    @property
    def jobid(self):
        """The number of the present job."""
        return self.job_id

    @property
    def pilothost(self):
        """The host with the pilot's files."""
        return f"pilot.{self.vo.split('.')[-3] if '.' in self.vo else self.vo.replace('_', '-')}.example.org"

    @property
    def grid(self):
        """The section of the configuration that has the site."""
        return self.site.split(".")[0]

    @property
    def csurl(self):
        """The first configuration server."""
        return self.cs.split(",")[0]

    @property
    def cshost(self):
        """The host of the first configuration server."""
        return self.csurl.split("//")[1].split(":")[0]

    @property
    def se(self):
        """A storage element of the site."""
        return self.site.split(".")[1].upper() + "-disk"

    @property
    def sehost(self):
        """The host of that storage element."""
        return f"se01.{self.domain}"

    @property
    def home(self):
        """The home of the batch user."""
        return f"/home/{self.user}"

    @property
    def diracos(self):
        """Return where DIRAC is installed on CVMFS."""
        return f"/cvmfs/sw.example.org/{self.project.lower()}dirac/{self.ver}/Linux-x86_64"

    @property
    def install(self):
        """The folder with DIRAC that this run uses."""
        return f"{self.wd}/diracos" if self.local else self.diracos

    @property
    def commands(self):
        """The commands that this pilot runs."""
        names = _SETUPS.split(",")
        if self.extension:
            names[2:2] = places.EXTRA_COMMANDS[self.extension]
        return names
