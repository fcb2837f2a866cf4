"""Start DIRAC's processes in half the time: DiracX's client, which no test talks through, is imported at its first use.

Python runs this module at the start of each process that has this folder on PYTHONPATH (see ``environment.base``).
DIRAC's ``Core/Security/DiracX`` imports five names of DiracX's packages, and with them 320 modules, in every process.
Here these names stand for themselves until they are called; then the real packages are imported in their place.
"""

import importlib
import importlib.abc
import importlib.machinery
import sys

_NAMES = {
    "diracx.client.sync": ("SyncDiracClient",),
    "diracx.core.models": (),
    "diracx.core.models.auth": ("TokenResponse",),
    "diracx.core.preferences": ("DiracxPreferences",),
    "diracx.core.utils": ("serialize_credentials",),
}


def _real(module):
    """Return the real module; from now on all of them are."""
    if _FINDER in sys.meta_path:
        sys.meta_path.remove(_FINDER)
        for name in _NAMES:
            sys.modules.pop(name, None)
    return importlib.import_module(module)


class _Deferred:
    """A name of a module that is imported when the name is used."""

    def __init__(self, module, name):
        self.__dict__.update(_module=module, _name=name)

    def __call__(self, *arguments, **named):
        return self._found()(*arguments, **named)

    def __getattr__(self, name):
        return getattr(self._found(), name)

    def _found(self):
        return getattr(_real(self._module), self._name)


class _Loader(importlib.abc.Loader):
    def create_module(self, spec):
        return None

    def exec_module(self, module):
        for name in _NAMES[module.__name__]:
            setattr(module, name, _Deferred(module.__name__, name))
        module.__getattr__ = lambda name: _attribute(module.__name__, name)


def _attribute(module, name):
    """Return what is not deferred of a module, which is imported for it; Python's own questions about it are not."""
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(_real(module), name)


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        if fullname not in _NAMES:
            return None
        return importlib.machinery.ModuleSpec(fullname, _Loader(), is_package=fullname == "diracx.core.models")


_FINDER = _Finder()
sys.meta_path.insert(0, _FINDER)
