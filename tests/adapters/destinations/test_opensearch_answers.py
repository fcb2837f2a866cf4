"""Answers of something between the destination OpenSearch and its cluster: none means that documents are there."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from PilotLoggingDIRAC.adapters.destinations.opensearch import OpenSearchDestination
from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable

from ...destination_contract import line


@pytest.fixture
def answering():
    """``answering(status, body)``: a destination whose proxy answers all bulk requests so."""
    servers = []

    def make(status, body):
        class Handler(BaseHTTPRequestHandler):
            def _answer(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                of_bulk = self.path.startswith("/_bulk")
                data = json.dumps(body if of_bulk else {"acknowledged": True}).encode()
                self.send_response(status if of_bulk else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(b"" if self.command == "HEAD" else data)

            do_GET = do_PUT = do_POST = do_HEAD = _answer  # noqa: N815 - Python's names

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        options = {"Host": "localhost", "Port": str(server.server_port), "SSL": "no", "SendSeconds": "20"}
        servers.append((server, OpenSearchDestination("Search", options)))
        return servers[-1][1]

    yield make
    for server, destination in servers:
        destination.close()
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (409, {"error": "conflict"}, "OpenSearch answers 409: conflict"),
        (503, {"error": {"code": 503}}, "OpenSearch answers 503: no reason"),
        (503, {"error": None}, "OpenSearch answers 503"),
    ],
    ids=["409 for all", "error an object", "error null"],
)
def test_answer_for_a_whole_request_is_an_outage(answering, configure, status, body, told):
    configure({})
    with pytest.raises(DestinationUnavailable, match=told):
        answering(status, body).send([line(1), line(2)])
