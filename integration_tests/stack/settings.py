"""The settings of a stack: ports, passwords, options changed by tests; and the files of DIRAC made from that."""

import json
from pathlib import Path

from . import components, configuration, configuration_server, ports, state, world
from .components import CONFIGURATION
from .processes import StackError


class Settings:
    """Works on a `Stack`; all it knows is in files, so that another process sees the same."""

    def __init__(self, stack):
        self._stack = stack
        self._state_file = stack.root / "state.json"
        self._changes_file = stack.root / "changes.json"

    @property
    def cfg(self) -> Path:
        """The dirac.cfg of all, where DIRAC's own installer looks for it too."""
        return self._stack.root / "dirac" / "etc" / "dirac.cfg"

    @property
    def server_cfg(self) -> Path:
        """The dirac.cfg of the configuration server."""
        return self.cfg.with_name("configuration-server.cfg")

    def server_environment(self):
        """Return what the configuration server's process has of its own."""
        return {"DIRACSYSCONFIG": str(self.server_cfg)}

    @property
    def state(self):
        """The ports and passwords; StackError when there are none yet."""
        kept = state.load(self._state_file)
        if kept is None:
            raise StackError(f"there is no stack in {self._stack.root}; build it first")
        return kept

    def settle(self, idle):
        """Draw ports and passwords; draw ports anew when somebody else took one while all was `idle` here."""
        kept = state.load(self._state_file)
        known = kept and set(kept.ports) == set(components.port_names())
        if known and (not idle or all(ports.is_free(port) for port in kept.ports.values())):
            return
        state.create(self._state_file, kept)

    def change(self, path, value):
        """Set an option, or remove it when the value is None."""
        changes = configuration.read_changes(self._changes_file) | {path: value}
        configuration.write_private(self._changes_file, json.dumps(changes))
        self.write()

    def left(self):
        """Return the changes that make the configuration another one than the stack was built with."""
        changes, facts = configuration.read_changes(self._changes_file), self._facts()

        def text(some):
            return str(configuration.apply(configuration.build(facts), some))

        built = text({})
        if text(changes) == built:
            return {}
        return {path: value for path, value in changes.items() if text({path: value}) != built}

    def reset(self):
        """Forget all changes."""
        self._changes_file.unlink(missing_ok=True)
        self.write()

    def write(self):
        """Write the files of DIRAC."""
        changes = configuration.read_changes(self._changes_file)
        whole = configuration.apply(configuration.build(self._facts()), changes)
        if self._stack.configuration_server:
            self._write_split(whole, self.state.ports[CONFIGURATION])
        else:
            configuration.write(whole, self.cfg)

    def _facts(self):
        kept, stack = self.state, self._stack
        return configuration.Facts(
            host_certificate=stack.pki.certificate("host"),
            host_key=stack.pki.key("host"),
            ports=kept.ports,
            database_password=kept.database_password,
            database_root_password=kept.database_root_password,
            disks={vo.storage_element: stack.storage_path(vo.storage_element) for vo in world.VOS},
            additions=(*stack.storage.configuration(), *stack.front.configuration()),
        )

    def _write_split(self, whole, port):
        local = configuration_server.local_part(whole, port)
        configuration.write(local, self.cfg)
        configuration.write(configuration_server.server_part(local, port), self.server_cfg)
        served = configuration_server.served_part(whole, port)
        configuration.write(served, self.cfg.with_name(f"{configuration_server.NAME}.cfg"))
        if self._stack.pid(CONFIGURATION):
            self._stack.restart(CONFIGURATION)
