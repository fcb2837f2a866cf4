"""The machine that figures were made on, without names of hosts or places."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("DIRAC", "tornado", "M2Crypto", "tornado_m2crypto", "SQLAlchemy", "mysqlclient", "zstandard")


def describe():
    """(what, value) pairs: processor, cores, memory, how busy it is, kernel, versions."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return [
        ("Processor", f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB of memory"),
        ("Others", f"a load of {os.getloadavg()[2]:.1f} over the last 15 minutes, this benchmark's own included"),
        ("Kernel", f"Linux {platform.release().split('-')[0]}"),
        ("Python", platform.python_version()),
        ("Packages", ", ".join(f"{name} {version(name)}" for name in _PACKAGES)),
        ("OpenSSL", _openssl()),
        ("Database", f"{_database()}, innodb_flush_log_at_trx_commit = 1"),
    ]


def _processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.machine()


def _openssl():
    import ssl

    return ssl.OPENSSL_VERSION.split("  ")[0]


def _database():
    path = os.environ.get("PATH", "") + ":/usr/sbin"
    answer = subprocess.run(["mariadbd", "--version"], capture_output=True, text=True, env={"PATH": path}, check=True)
    return "MariaDB " + answer.stdout.split("Ver ")[1].split("-")[0]
