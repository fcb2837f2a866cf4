"""The environment that DIRAC's processes run in: little of the caller's, all that the stack decides."""

import os
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
KEPT = ("LANG", "LC_ALL", "TERM", "TZ", "USER", "LOGNAME", "SHELL")


#: Set in the environment of tests: DIRAC's processes start in half the time. Benchmarks measure without it.
QUICK_START = "STACK_QUICK_START"
#: Tests name a folder in which their stacks share certificates, keys and proxies.
IDENTITIES = "STACK_IDENTITIES"
_QUICK_START_FOLDER = Path(__file__).parent / "quick_start"

#: Tornado refreshes its configuration by its loop; in other processes' threads there is none, and refreshing fails.
IN_TORNADO = {"DIRAC_USE_TORNADO_IOLOOP": "True"}


def base(root: Path, pki, cfg: Path, tls):
    """Return the environment of a server, which connects as the host.

    CA bundles of the caller (REQUESTS_CA_BUNDLE and its like) stay out: they beat DIRAC's own.
    """
    kept = {name: os.environ[name] for name in KEPT if name in os.environ} | _quick()
    return kept | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '/usr/bin:/bin')}",
        "PYTHONPATH": _python_path(),
        "HOME": str(root / "home"),
        "TMPDIR": str(root / "tmp"),
        "NO_PROXY": "localhost,127.0.0.1",
        "DIRACSYSCONFIG": str(cfg),
        "DIRAC_NO_CFG": "1",
        "DIRAC_ROOT_PATH": str(root / "dirac"),
        "X509_CERT_DIR": str(pki.certificates),
        "X509_VOMS_DIR": str(pki.vomsdir),
        "X509_VOMSES": str(pki.vomses),
        "STACK_TLS": tls,
    }


def _python_path():
    """Return the folders that processes of the stack import from besides the installed packages."""
    return f"{TOP}:{_QUICK_START_FOLDER}" if os.environ.get(QUICK_START) else str(TOP)


def _quick():
    """Return what lets DIRAC call its services quickly: each of its sessions reads the machine's file of CAs, in 40 ms
    of CPU. Here it is empty; nothing of a stack is signed by one of them.
    """
    return {"SSL_CERT_FILE": os.devnull} if os.environ.get(QUICK_START) else {}
