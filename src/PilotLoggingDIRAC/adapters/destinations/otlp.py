"""OTLP over HTTP, with the exporter of OpenTelemetry's SDK: what the OpenTelemetry Collector and many others take."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from DIRAC.Core.Security import Locations

from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable, InvalidInput
from PilotLoggingDIRAC.pilotlog.forward.destination import Rejected, by_size
from PilotLoggingDIRAC.pilotlog.forward.plugin_options import PluginOptions
from PilotLoggingDIRAC.pilotlog.forward.record import Record

try:
    import requests
    from opentelemetry._logs import LogRecord, SeverityNumber
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
    from opentelemetry.sdk._logs import ReadableLogRecord
    from opentelemetry.sdk._logs.export import LogRecordExportResult
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
except ImportError:  # an installation without OTLP has no need of it
    _HAS_LIBRARY = False
else:
    _HAS_LIBRARY = True

if TYPE_CHECKING:
    from requests import Response

_MAX_BYTES = 1_000_000
#: Times are nanoseconds below this.
_TIMES = 2**64
_SERVICE, _SCOPE = "dirac-pilot", "PilotLoggingDIRAC"
#: What a receiver does not take, however often it comes, if it says so as OTLP has it; all else may pass. A proxy
#: answers 400 in HTML to each request without the certificate that it wants.
_REFUSALS = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
#: A ``Status`` in protobuf or JSON; Loki names it ``application/octet-stream``.
_OF_OTLP = ("application/x-protobuf", "application/json", "application/octet-stream")
_SEVERITIES = {
    **dict.fromkeys(("FATAL", "CRITICAL"), "FATAL"),
    **dict.fromkeys(("ERROR", "EXCEPT", "EXCEPTION"), "ERROR"),
    **dict.fromkeys(("WARN", "WARNING"), "WARN"),
    **dict.fromkeys(("NOTICE", "ALWAYS", "INFO"), "INFO"),
    **dict.fromkeys(("DEBUG", "VERBOSE"), "DEBUG"),
}


class OtlpDestination:
    """A receiver of logs by OTLP/HTTP, in protobuf.

    ``URL`` is the whole address, as ``https://otel.example.org:4318/v1/logs``. The client authenticates with ``Token``
    (a bearer token), ``User`` and ``Password``, or with ``CRT`` a certificate: ``HostCertificate`` and ``HostKey``, or
    DIRAC's.
    """

    def __init__(self, name: str, options: Mapping[str, Any]):
        if not _HAS_LIBRARY:
            raise InvalidInput(f"destination {name}: opentelemetry-exporter-otlp-proto-http is not installed")
        own = PluginOptions(name, options)
        self._url = own.required("URL")
        self._seconds = own.number("SendSeconds", 30.0)
        self._max_bytes = own.number("MaxBytes", _MAX_BYTES)
        self._authority = own.text("CA", Locations.getCAsLocation() or "")
        self._certificate = _certificate(own)
        self._user = (own.text("User"), own.text("Password")) if own.text("User") else None
        self._headers = {"Authorization": f"Bearer {token}"} if (token := own.text("Token")) else {}
        self._exporter: OTLPLogExporter | None = None
        self._answer: Response | None = None

    def send(self, records: Sequence[Record]) -> Sequence[Rejected]:
        """Send records, and wait for the receiver's answer. See ``Destination.send``."""
        fitting, rejected = by_size(records, self._max_bytes)
        try:
            return [*rejected, *self._sent(fitting)]
        except DestinationUnavailable:
            self.close()
            raise

    def close(self) -> None:
        """Close the connections."""
        exporter, self._exporter = self._exporter, None
        if exporter is not None:
            exporter.shutdown()

    def _sent(self, records: Sequence[Record]) -> Iterator[Rejected]:
        """Send records; yield those that are refused. When a request is refused, its halves are sent."""
        if not records:
            return
        self._answer = None
        result = self._connected().export([_exported(record) for record in records])
        answer = self._answer
        if result is LogRecordExportResult.SUCCESS and answer is not None and _is_taken(answer):
            yield from _partly(records, answer)
            return
        if answer is None or not _is_refusal(answer):
            raise DestinationUnavailable(_problem(answer), _pause(answer))
        if len(records) == 1:
            yield Rejected(records[0].identity, f"the receiver answers {answer.status_code}")
            return
        half = len(records) // 2
        yield from self._sent(records[:half])
        yield from self._sent(records[half:])

    def _connected(self) -> OTLPLogExporter:
        if self._exporter is None:
            session = requests.Session()
            session.trust_env, session.auth = False, self._user
            session.hooks["response"].append(self._note)
            self._exporter = OTLPLogExporter(
                endpoint=self._url,
                certificate_file=self._authority or None,
                headers=self._headers,
                timeout=self._seconds,
                compression=Compression.Gzip,
                session=session,
            )
            session.cert = self._certificate
        return self._exporter

    def _note(self, answer: Response, **_: Any) -> None:
        """Keep an answer: the exporter itself tells only whether it was a good one."""
        self._answer = answer


def _certificate(own: PluginOptions) -> tuple[str, str] | None:
    """Return the files of the client's certificate and key, None without one."""
    if not own.flag("CRT", False):
        return None
    found = Locations.getHostCertificateAndKeyLocation() or ("", "")
    return own.text("HostCertificate", found[0]), own.text("HostKey", found[1])


def _exported(record: Record) -> ReadableLogRecord:
    """Return a record as OpenTelemetry has them: the pilot is the resource, the rest are attributes."""
    fields = record.fields()
    attributes = {
        f"dirac.{name}": fields[name] for name in ("kind", "part", "sequence", "line", "piece", "source", "phase")
    }
    attributes |= {f"dirac.details.{name}": value for name, value in fields["details"].items()}
    severity = _SEVERITIES.get(record.level)
    return ReadableLogRecord(
        LogRecord(
            timestamp=_moment(record),
            observed_timestamp=time.time_ns(),
            severity_text=record.level or None,
            severity_number=SeverityNumber[severity] if severity else None,
            body=record.message,
            attributes={"log.record.uid": record.identity, **attributes},
            event_name=f"dirac.pilot.{record.kind.value}" if record.kind.is_event else None,
        ),
        resource=Resource(_pilot(record)),
        instrumentation_scope=InstrumentationScope(_SCOPE),
    )


def _moment(record: Record) -> int:
    """Return a record's time in nanoseconds since 1970.

    One that OTLP can't tell, which a line may have, is that at which its log began, or 0, OTLP's for unknown.
    """
    moments = (record.time, record.began) if record.began else (record.time,)
    told = (int(each.replace(tzinfo=UTC).timestamp()) * 10**9 + each.microsecond * 1000 for each in moments)
    return next((moment for moment in told if 0 <= moment < _TIMES), 0)


def _pilot(record: Record) -> dict[str, str]:
    pilot = {"service.name": _SERVICE, "service.namespace": record.pilot.vo, "service.instance.id": record.pilot.stamp}
    return pilot | {"dirac.site": record.site, "dirac.ce": record.ce}


def _is_taken(answer: Response) -> bool:
    """Return whether an answer is the receiver's to the records: the exporter takes a redirect for success, too."""
    return 200 <= answer.status_code < 300 and answer.request.method == "POST"


def _is_refusal(answer: Response) -> bool:
    """Return whether some of the records would be refused in any later request, too."""
    if answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return True
    return answer.status_code in _REFUSALS and answer.headers.get("Content-Type", "").lower().startswith(_OF_OTLP)


def _partly(records: Sequence[Record], answer: Response) -> Iterator[Rejected]:
    """Yield as many as a receiver says that it has rejected: it tells only the number, and wants no repeats."""
    told = ExportLogsServiceResponse()
    try:
        told.ParseFromString(answer.content)
    except Exception:  # a receiver that answers with something else has taken all
        return
    number = min(told.partial_success.rejected_log_records, len(records))
    for record in records[:number]:
        among = "" if number == len(records) else f": one of {len(records)} from this one on"
        yield Rejected(record.identity, f"the receiver has rejected it{among}")


def _problem(answer: Response | None) -> str:
    return f"the receiver answers {answer.status_code}" if answer is not None else "the receiver does not answer"


def _pause(answer: Response | None) -> float:
    """Return the pause that a receiver asks for, in seconds, 0 if it says nothing."""
    text = answer.headers.get("Retry-After", "") if answer is not None else ""
    return float(text) if text.isdecimal() else 0.0


# each failed request would be a line of the agent's log, with what the receiver says of it
for _name in ("opentelemetry.exporter.otlp.proto.http._log_exporter", "opentelemetry.exporter.otlp.common"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)
