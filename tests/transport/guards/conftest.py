"""A Tornado that this Python can import, and what guards say of a library that they can't guard."""

import collections
import collections.abc

import pytest

if not hasattr(collections, "MutableMapping"):
    collections.MutableMapping = collections.abc.MutableMapping


@pytest.fixture
def warned(monkeypatch):
    """``warned(module)``: a list of what a guard's module warns of from now on."""

    def listen(module):
        found = []
        monkeypatch.setattr(module._log, "warn", lambda *words: found.append(words))
        return found

    return listen
