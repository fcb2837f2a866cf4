"""The question that a cluster is asked for lines with the words of a pattern."""

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from PilotLoggingDIRAC.adapters.destinations.opensearch_lines import OpenSearchLines
from PilotLoggingDIRAC.pilotlog.search.line_engine import LineQuery, Words

ANY_255 = {"wildcard": {"message": {"value": "?" * 255}}}


@pytest.fixture
def asked():
    """``asked(pattern)``: the conditions on the text in the question for lines with the pattern's words."""
    questions = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            questions.append(json.loads(gzip.decompress(body)))
            data = json.dumps({"hits": {"hits": []}}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    options = {"Host": "localhost", "Port": str(server.server_port), "SSL": "no"}
    lines = OpenSearchLines("Search", options, 20.0)

    def ask(pattern):
        assert lines.lines(LineQuery(("alpha",), words=Words.of(pattern)), (), 10) == []
        return [each for each in questions[-1]["query"]["bool"]["filter"] if "message" in json.dumps(each)]

    yield ask
    lines.close()
    server.shutdown()
    server.server_close()


def test_a_piece_of_a_word_is_looked_for_also_where_the_engine_has_cut_a_long_word(asked, configure):
    configure({})
    (condition,) = asked("Traceback")
    either = condition["bool"]["should"]
    assert {"wildcard": {"message": {"value": "*traceback*"}}} in either and ANY_255 in either
    assert condition["bool"]["minimum_should_match"] == 1


@pytest.mark.parametrize("pattern", ["7", "= 7"])
def test_a_single_letter_is_cut_nowhere(asked, configure, pattern):
    configure({})
    assert asked(pattern) == [{"wildcard": {"message": {"value": "*7*"}}}]


def test_whole_words_are_cut_nowhere(asked, configure):
    configure({})
    assert asked("No space left") == [{"term": {"message": "space"}}]
