"""TLS contexts are shared as long as what they are made of stays the same; handshakes are in integration_tests."""

import collections
import collections.abc
import functools
import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

if not hasattr(collections, "MutableMapping"):
    collections.MutableMapping = collections.abc.MutableMapping
from tornado_m2crypto import m2netutil

from PilotLoggingDIRAC.transport.guards.tls_contexts import SharedContexts, share_tls_contexts


@pytest.fixture
def contexts(seconds):
    return SharedContexts(lambda options: object(), seconds, max_age_seconds=60)


@pytest.fixture
def options(tmp_path):
    """Options of a server as DIRAC gives them."""
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).write_text(name)
    (tmp_path / "authorities").mkdir()
    paths = {"certfile": tmp_path / "cert.pem", "keyfile": tmp_path / "key.pem", "ca_certs": tmp_path / "authorities"}
    return {"cert_reqs": 1, "sslDebug": False} | {name: str(path) for name, path in paths.items()}


def test_connections_share_a_context(contexts, options):
    assert contexts.context(options) is contexts.context(dict(options))


def test_other_options_are_another_context(contexts, options):
    assert contexts.context(options) is not contexts.context(options | {"cert_reqs": 0})


@pytest.mark.parametrize("name", ["certfile", "keyfile"])
def test_a_renewed_certificate_or_key_is_taken_at_once(contexts, options, name):
    before = contexts.context(options)
    part = Path(options[name] + ".new")
    part.write_text("renewed")
    part.replace(options[name])
    assert contexts.context(options) is not before


def test_an_authority_that_comes_or_goes_is_taken_at_once(contexts, options):
    before = contexts.context(options)
    path = Path(options["ca_certs"], "12345678.0")
    path.touch()
    with_it = contexts.context(options)
    os.utime(options["ca_certs"], ns=(1, 1))
    path.unlink()
    assert len({id(before), id(with_it), id(contexts.context(options))}) == 3


def test_a_context_does_not_grow_old(contexts, options, seconds):
    before = contexts.context(options)
    seconds.now += 59
    assert contexts.context(options) is before
    seconds.now += 2
    assert contexts.context(options) is not before


def test_what_can_t_be_made_is_tried_again(options, seconds):
    outcomes = iter([OSError("half written"), "a context"])

    def make(options):
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    contexts = SharedContexts(make, seconds)
    with pytest.raises(OSError, match="half"):
        contexts.context(options)
    assert contexts.context(options) == "a context"


def test_a_context_stays_itself(contexts):
    assert contexts.context("a context") == "a context"


def test_without_m2crypto_nothing_is_shared():
    program = (
        "import sys; sys.modules['tornado_m2crypto'] = None\n"
        "from PilotLoggingDIRAC.transport.guards.tls_contexts import share_tls_contexts\n"
        "share_tls_contexts()"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_contexts_of_a_function_that_a_library_has_wrapped_are_shared(monkeypatch):
    make = Mock()
    library = functools.wraps(m2netutil.ssl_options_to_m2_context)(lambda options: make(options))
    monkeypatch.setattr(m2netutil, "ssl_options_to_m2_context", library)
    share_tls_contexts()
    share_tls_contexts()
    assert m2netutil.ssl_options_to_m2_context({}) is m2netutil.ssl_options_to_m2_context({})
    assert make.call_count == 1
