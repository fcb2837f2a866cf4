"""Serves DIRAC's Tornado with PyPI's tornado 5.1.1; for development and tests only.

DIRAC needs two things that only its fork of tornado has: a server stream class chosen by
`SSLIOStream.configure(name)`, and `HTTPServerRequest.get_ssl_certificate[_chain]`. Servers installed with DIRACOS2
have the fork; a pip-only machine has not. `m2` is what production runs (M2Crypto through tornado_m2crypto), `std` is
the standard library's `ssl`. Import this before anything of DIRAC's Tornado.
"""

import collections
import collections.abc
import ssl
from pathlib import Path

# tornado 5.1.1 is older than Python 3.10, which dropped this alias
if not hasattr(collections, "MutableMapping"):
    collections.MutableMapping = collections.abc.MutableMapping

import tornado.httputil
import tornado.iostream
import tornado.tcpserver
from tornado import gen
from tornado.ioloop import IOLoop
from tornado.log import app_log
from tornado.util import import_object


def install(kind):
    """Make tornado fit for DIRAC; nothing to do where it is DIRAC's fork."""
    if hasattr(tornado.iostream.SSLIOStream, "configure"):
        return
    {"m2": install_m2, "std": install_std}[kind]()


def install_m2():
    """Build the stream class that DIRAC asks for by hand: it wraps the socket itself."""
    allow_proxies()
    chosen = []

    def configure(cls, impl, **kwargs):
        chosen[:] = [import_object(impl) if isinstance(impl, str) else impl]

    def handle_connection(self, connection, address):
        try:
            serve(self, m2_stream(self, chosen[0], connection), address)
        except Exception:
            app_log.error("Error in connection callback", exc_info=True)
            connection.close()

    tornado.iostream.SSLIOStream.configure = classmethod(configure)
    tornado.tcpserver.TCPServer._handle_connection = handle_connection
    request = tornado.httputil.HTTPServerRequest
    request.get_ssl_certificate = lambda self, **kw: self.connection.stream.get_ssl_certificate(**kw)
    request.get_ssl_certificate_chain = lambda self, **kw: self.connection.stream.get_ssl_certificate_chain(**kw)


def allow_proxies():
    """Give M2Crypto 0.38 to 0.41 the flag that tornado_m2crypto asks for, by OpenSSL's number, as DIRAC does."""
    from M2Crypto import X509

    if not hasattr(X509, "verify_allow_proxy_certs"):
        X509.verify_allow_proxy_certs = 0x40


def m2_stream(server, stream_class, connection):
    """Return the stream for a new connection, plain when the server has no TLS."""
    sizes = {"max_buffer_size": server.max_buffer_size, "read_chunk_size": server.read_chunk_size}
    if server.ssl_options is None:
        return tornado.iostream.IOStream(connection, **sizes)
    stream = object.__new__(stream_class)
    # M2IOStream's __init__ does nothing, its initialize does the work
    stream.initialize(
        connection,
        ssl_options=server.ssl_options,
        server_side=True,
        do_handshake_on_connect=False,
        create_context_on_init=True,
        **sizes,
    )
    return stream


def serve(server, stream, address):
    """Hand a stream to the server, as tornado's own code does."""
    future = server.handle_stream(stream, address)
    if future is not None:
        IOLoop.current().add_future(gen.convert_yielded(future), lambda done: done.result())


def install_std():
    """Stay with tornado's own stream, with one context that takes proxies, and hand the unverified chain on."""
    contexts = {}
    original = tornado.tcpserver.ssl_wrap_socket

    def wrap(sock, options, **kwargs):
        if isinstance(options, dict):
            if id(options) not in contexts:
                # the options are kept, so that their id stays theirs
                contexts[id(options)] = (options, std_context(options))
            options = contexts[id(options)][1]
        return original(sock, options, **kwargs)

    def chain_of(self):
        if not hasattr(self, "_chain"):
            self._chain = std_chain(self.connection.stream.socket)
        return self._chain

    tornado.tcpserver.ssl_wrap_socket = wrap
    tornado.iostream.SSLIOStream.configure = classmethod(lambda cls, impl, **kwargs: None)
    request = tornado.httputil.HTTPServerRequest
    request.get_ssl_certificate = lambda self, binary_form=False: chain_of(self)[0]
    request.get_ssl_certificate_chain = lambda self: chain_of(self)[1]


def std_context(options):
    """Return a server context for DIRAC's options that accepts RFC 3820 proxies."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options["certfile"], options["keyfile"])
    authorities = options["ca_certs"]
    context.load_verify_locations(**{"capath" if Path(authorities).is_dir() else "cafile": authorities})
    # as M2Crypto's verify_peer: a caller without a certificate gets as far as DIRAC's 401
    context.verify_mode = ssl.CERT_OPTIONAL if options.get("cert_reqs") else ssl.CERT_NONE
    context.verify_flags |= ssl.VerifyFlags.VERIFY_ALLOW_PROXY_CERTS
    # a resumed session has no chain beyond the leaf, and DIRAC needs the chain
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    return context


def std_chain(sock):
    """Return the client's certificate and the rest of its chain, as M2Crypto's server side does."""
    import _ssl

    certificates = sock._sslobj.get_unverified_chain() or ()
    chain = [Pem(certificate.public_bytes(_ssl.ENCODING_PEM).encode()) for certificate in certificates]
    return (chain[0] if chain else None), chain[1:]


class Pem:
    """A certificate with the one method that DIRAC calls."""

    def __init__(self, pem):
        self._pem = pem

    def as_pem(self):
        """Return it as PEM."""
        return self._pem
