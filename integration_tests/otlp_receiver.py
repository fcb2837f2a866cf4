"""A receiver of OTLP/HTTP behind TLS: it decodes protobuf with OpenTelemetry's own classes, and may refuse or hang."""

import gzip
import ssl
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse

from . import receivers

TOKEN = "its-token"
PATH = "/v1/logs"


class _Receiver(BaseHTTPRequestHandler):
    """One connection. ``refusals`` of the server are answered first; ``rejects`` is of records that it doesn't take.
    ``content_type`` is that of all answers.
    """

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        """Keep the records of a request, and answer as the specification says."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.hangs.is_set():
            self.server.ended.wait(600)
            return
        status, records = self._status(), self._records(body)
        if any(record["message"] in self.server.unfit for record in records):
            status = 400
        answer = ExportLogsServiceResponse()
        rejected = [record for record in records if record["message"] in self.server.rejects]
        if rejected:
            answer.partial_success.rejected_log_records = len(rejected)
        if status == 200:
            self.server.records += [record for record in records if record not in rejected]
        self.send_response(status)
        content = answer.SerializeToString() if status == 200 else b""
        for name, value in {"Content-Type": self.server.content_type, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _status(self):
        if self.server.refusals:
            return self.server.refusals.pop()
        known = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        return 404 if self.path != PATH else 200 if known else 401

    def _records(self, body):
        assert self.headers["Content-Type"] == "application/x-protobuf"
        request = ExportLogsServiceRequest()
        request.ParseFromString(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
        return [
            _fields(_plain(resource.resource.attributes), record)
            for resource in request.resource_logs
            for scope in resource.scope_logs
            for record in scope.log_records
        ]

    def log_message(self, *_):
        """Say nothing."""


def _plain(attributes):
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


def _fields(pilot, record):
    """A record as the fields that it was made of."""
    own = _plain(record.attributes)
    moment = datetime.fromtimestamp(record.time_unix_nano // 10**9, UTC).replace(tzinfo=None)
    moment = moment.replace(microsecond=record.time_unix_nano % 10**9 // 1000)
    names = ("kind", "part", "sequence", "line", "piece", "source", "phase")
    details = {key.removeprefix("dirac.details."): value for key, value in own.items() if ".details." in key}
    return {
        "id": own["log.record.uid"],
        "vo": pilot["service.namespace"],
        "stamp": pilot["service.instance.id"],
        "site": pilot["dirac.site"],
        "ce": pilot["dirac.ce"],
        "time": moment.isoformat(timespec="microseconds") + "Z",
        "level": record.severity_text,
        "message": record.body.string_value,
        "details": details,
        **{name: own[f"dirac.{name}"] for name in names},
    }


def server(pki):
    """Return a receiver with the stack's certificate, on a free port of localhost; ``records`` is what it took."""
    found = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pki.certificate("host"), pki.key("host"))
    found.socket = context.wrap_socket(found.socket, server_side=True)
    found.records, found.refusals, found.unfit, found.rejects = [], [], set(), set()
    found.content_type = "application/x-protobuf"
    return receivers.serving(found)
