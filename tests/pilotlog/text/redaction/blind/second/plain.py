"""Generate harmless values from a seed."""

import random
import string

SITES = [
    "LCG.Lund.se",
    "VAC.Leeds.uk",
    "LCG.Padova.it",
    "CLOUD.Brno.cz",
    "ARC.Bern.ch",
    "LCG.Lyon.fr",
    "HPC.Oulu.fi",
    "ARC.Gent.be",
]
HOSTS = [
    "ce01",
    "arc2",
    "wn-204",
    "se-door3",
    "dav",
    "iam",
    "vault01",
    "ccwn1189",
    "node-17-4",
    "lbvobox",
    "htc-ce-02",
    "s3",
]
DOMAINS = ["grid.lund.example", "hep.leeds.example", "pd.padova.example", "cc.lyon.example", "farm.brno.example"]


class Plain:
    """Make harmless values by name."""

    def __init__(self, seed):
        """Start from a seed."""
        self.r = random.Random(seed)

    def some(self, chars, size):
        """Return random characters."""
        return "".join(self.r.choice(chars) for _ in range(size))

    def host(self):
        """Return a host's name."""
        return f"{self.r.choice(HOSTS)}.{self.r.choice(DOMAINS)}"

    def site(self):
        """Return a site's name."""
        return self.r.choice(SITES)

    def user(self):
        """Return an account's name."""
        return self.r.choice(["pilot", "dirac", "gridops", "svc-log", "prod", "lhcbprd", "atlpilo1", "monitor"])

    def num(self):
        """Return a number."""
        return str(self.r.randrange(1000, 9999999))

    def port(self):
        """Return a port's number."""
        return self.r.choice(["443", "8443", "9619", "1094", "2880", "8446", "5432", "15002"])

    def ts(self):
        """Return a time of day."""
        r = self.r.randrange
        return f"2025-{r(1, 13):02}-{r(1, 29):02} {r(24):02}:{r(60):02}:{r(60):02}"

    def dir(self):
        """Return a work directory."""
        return f"/scratch/condor/execute/dir_{self.r.randrange(1000, 99999)}"

    def lfn(self):
        """Return a logical file name."""
        return f"/vo.belle/MC/prod{self.r.randrange(100, 999):05}/sub00/out_{self.r.randrange(100000):06}.root"

    def keyid(self):
        """Return the identifier of an access key, which is no secret."""
        return "AKIA" + self.some(string.ascii_uppercase + "234567", 16)

    def sha(self):
        """Return a checksum."""
        return self.some("0123456789abcdef", 64)
