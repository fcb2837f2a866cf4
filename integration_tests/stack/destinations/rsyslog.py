"""rsyslog of Debian 12, which takes syslog (RFC 5425) and lines of JSON over TLS and keeps each as it came.

Each port has its file: `syslog_file`, `json_file`. Sources: rsyslog 8's documentation of imtcp, omfile and ossl.
"""

from dataclasses import dataclass

from ..processes import is_listening
from .packages import debian
from .server import TLSServer

PACKAGES = ("rsyslog", "rsyslog-openssl", "libestr0", "libfastjson4", "liblognorm5")
_LIBRARIES = "usr/lib/x86_64-linux-gnu"


@dataclass(frozen=True, kw_only=True)
class Rsyslog(TLSServer):
    """The server: `port` for syslog, `json_port` for lines."""

    json_port: int

    @property
    def syslog_file(self):
        """The messages that came to `port`, one a line."""
        return self.folder / "syslog.log"

    @property
    def json_file(self):
        """The lines that came to `json_port`."""
        return self.folder / "lines.json"

    def fetch(self):
        """Return the folder of the unpacked packages. Raise Missing."""
        return debian("rsyslog", PACKAGES)

    def prepare(self):
        """Write the configuration; safe to repeat."""
        self.folder.mkdir(parents=True, exist_ok=True)
        rules = "".join(
            f'ruleset(name="{name}") {{ action(type="omfile" file="{file}" template="asItCame") }}\n'
            f'input(type="imtcp" address="127.0.0.1" port="{port}" ruleset="{name}")\n'
            for name, port, file in (
                ("syslog", self.port, self.syslog_file),
                ("lines", self.json_port, self.json_file),
            )
        )
        (self.folder / "rsyslog.conf").write_text(
            f'global(workDirectory="{self.folder}" maxMessageSize="2m" parser.escapeControlCharactersOnReceive="off"\n'
            f'  defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="{self.authority}"\n'
            f'  defaultNetstreamDriverCertFile="{self.certificate}" defaultNetstreamDriverKeyFile="{self.key}")\n'
            'module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon"\n'
            '  maxFrameSize="2000000")\n'
            'template(name="asItCame" type="string" string="%rawmsg%\\n")\n' + rules
        )

    def command(self):
        """Return the argv; it stays in the foreground."""
        root = self.fetch()
        options = {"-M": root / _LIBRARIES / "rsyslog", "-f": self.folder / "rsyslog.conf"}
        options |= {"-i": self.folder / "rsyslogd.pid"}
        words = (str(word) for option in options.items() for word in option)
        return [str(root / "usr/sbin/rsyslogd"), "-n", *words]

    def environment(self):
        """Return what the command needs in its environment."""
        return {"LD_LIBRARY_PATH": str(self.fetch() / _LIBRARIES)}

    def ready(self):
        """Whether both ports are listened at."""
        return super().ready() and is_listening(self.json_port)
