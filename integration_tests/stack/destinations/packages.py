"""Packages of Debian and jars of Maven Central, unpacked into `.destinations/` of the checkout and not installed."""

import fcntl
import shutil
import subprocess
from pathlib import Path

from .. import environment

FOLDER = environment.TOP / ".destinations"
FETCHING_SECONDS = 600
_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>stack</groupId><artifactId>jars</artifactId><version>1</version><dependencies>{}</dependencies></project>
"""
_DEPENDENCY = "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>"


class Missing(Exception):
    """A part can't be had on this machine; the message says which, and what to install."""


def java(program="java"):
    """Return the path of a program of Java 17, or of the Java that there is. Raise Missing."""
    found = next(Path("/usr/lib/jvm").glob(f"java-17-openjdk-*/bin/{program}"), None) or shutil.which(program)
    if not found:
        raise Missing(f"there is no {program}: apt-get install openjdk-17-jdk-headless")
    return str(found)


def debian(name, packages):
    """Return the folder with Debian's packages unpacked in it, only those that are named. Raise Missing."""

    def unpack(folder):
        if not shutil.which("dpkg-deb"):
            raise Missing(f"{name} comes from Debian, and there is no dpkg here")
        archives = folder / "archives"
        archives.mkdir()
        _download(archives, packages)
        for archive in archives.glob("*.deb"):
            _run(["dpkg-deb", "-x", archive, folder], name)
        shutil.rmtree(archives)

    return _once(name, unpack)


def maven(name, artefacts):
    """Return the folder of jars: the artefacts, as `group:name:version`, and all that they need. Raise Missing."""

    def copy(folder):
        if not shutil.which("mvn"):
            raise Missing(f"{name} comes from Maven Central, and there is no mvn: apt-get install maven")
        dependencies = "".join(_DEPENDENCY.format(*artefact.split(":")) for artefact in artefacts)
        (folder / "pom.xml").write_text(_POM.format(dependencies))
        _run(["mvn", "-q", "-B", "-f", folder / "pom.xml", "dependency:copy-dependencies",
              f"-DoutputDirectory={folder}"], name)  # fmt: skip

    return _once(name, copy)


def compiled(name, source, jars):
    """Return the folder with the classes of a Java source file that needs the jars. Raise Missing."""

    def compile_it(folder):
        _run([java("javac"), "-nowarn", "-cp", f"{jars}/*", "-d", folder, source], name)

    return _once(name, compile_it)


def _once(name, make):
    """Return a folder of that name, made when it isn't there; it appears when it is whole."""
    FOLDER.mkdir(exist_ok=True)
    final, part = FOLDER / name, FOLDER / f"{name}.new"
    with (FOLDER / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not final.exists():
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            make(part)
            part.rename(final)
    return final


def _download(folder, packages):
    """Download packages with the lists that apt has, else with lists of our own, which needs no root."""
    command = ["apt-get", "-q", "download", *packages]
    try:
        _run(command, "packages of Debian", folder)
    except Missing:
        lists = f"-oDir::State::lists={folder / 'lists'}"
        (folder / "lists" / "partial").mkdir(parents=True)
        _run(["apt-get", "-q", lists, "update"], "Debian's lists of packages", folder)
        _run([*command, lists], "packages of Debian", folder)


def _run(command, name, folder=None):
    words = list(map(str, command))
    try:
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=FETCHING_SECONDS)
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        raise Missing(f"{name} can't be had: {error}") from None
    if done.returncode:
        last = (done.stderr + done.stdout).strip().splitlines()[-1:]
        raise Missing(f"{name} can't be had: {words[0]}: {' '.join(last)}")
