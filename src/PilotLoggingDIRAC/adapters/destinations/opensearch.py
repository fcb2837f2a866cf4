"""OpenSearch, with opensearch-py: each record is a document, created once under the record's identity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as ConnectionBroken
from opensearchpy.exceptions import ConnectionTimeout, OpenSearchException, TransportError
from opensearchpy.helpers import streaming_bulk

from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable
from PilotLoggingDIRAC.pilotlog.forward.destination import Rejected, by_size, message_bytes
from PilotLoggingDIRAC.pilotlog.forward.plugin_options import PluginOptions
from PilotLoggingDIRAC.pilotlog.forward.record import Record
from PilotLoggingDIRAC.pilotlog.forward.settings import SentContent

from .opensearch_indexes import Indexes
from .opensearch_server import OpenSearchServer

_MAX_BULK_BYTES = 5_000_000
_MAX_BULK_RECORDS = 2_000
_MAX_BYTES = 2_000_000
#: No server's limit is smaller; so messages of this size are never to blame for a connection that breaks.
_ALWAYS_TAKEN_BYTES = 1_000_000
_BETWEEN_CLEANING = timedelta(hours=6)
#: The errors that the document is to blame for; any other may be over in a minute.
_FAULTS = frozenset(
    {
        "mapper_parsing_exception",
        "document_parsing_exception",
        "strict_dynamic_mapping_exception",
        "max_bytes_length_exceeded_exception",
    }
)


class OpenSearchDestination:
    """The indexes of one installation in a cluster.

    Options: where it is, as DIRAC has them (see ``OpenSearchServer``); how its indexes are (see ``Indexes``); the size
    of requests. ``Template`` no: somebody else has made the template of the indexes.
    """

    content = SentContent.SUMMARY

    def __init__(self, name: str, options: Mapping[str, Any]):
        own = PluginOptions(name, options)
        self._server = OpenSearchServer.of(name, options)
        self._indexes = Indexes.of(own, self._server.prefix)
        self._has_template = own.flag("Template", True)
        self._max_bulk_bytes = own.number("MaxBulkBytes", _MAX_BULK_BYTES)
        self._max_bulk_records = own.number("MaxBulkRecords", _MAX_BULK_RECORDS)
        self._max_bytes = own.number("MaxBytes", _MAX_BYTES)
        self._client: OpenSearch | None = None
        self._cleaned = datetime.min.replace(tzinfo=UTC)

    def send(self, records: Sequence[Record]) -> Sequence[Rejected]:
        """Create the documents that are not there yet. See ``Destination.send``."""
        if not records:
            return ()
        try:
            client = self._connected()
            self._clean(client)
            return list(self._create(client, records))
        except DestinationUnavailable:
            raise
        except OpenSearchException as error:
            self.close()
            raise DestinationUnavailable(_reason_of(error)) from None

    def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _connected(self) -> OpenSearch:
        """Return the client, a new one where there is none: it sees to the template first."""
        if self._client is None:
            client = self._server.client()
            if self._has_template:
                client.indices.put_index_template(name=self._indexes.template_name, body=self._indexes.template())
            self._client = client
        return self._client

    def _clean(self, client: OpenSearch) -> None:
        """Delete the indexes that are too old, now and then."""
        now = datetime.now(UTC)
        if not self._indexes.keep_days or now - self._cleaned < _BETWEEN_CLEANING:
            return
        there = client.indices.get_settings(
            index=self._indexes.pattern, params={"filter_path": "*.settings.index.uuid"}
        )
        for name in self._indexes.outdated(there, now.replace(tzinfo=None)):
            client.indices.delete(index=name, params={"ignore_unavailable": "true"})
        self._cleaned = now

    def _create(self, client: OpenSearch, records: Sequence[Record]) -> Iterator[Rejected]:
        """Create documents; yield those that are not taken. Raise DestinationUnavailable."""
        fitting, rejected = by_size(records, self._max_bytes)
        yield from rejected
        too_much, broken = list[Record](), dict[TransportError, list[Record]]()
        answers = streaming_bulk(
            client, map(self._action, fitting), chunk_size=self._max_bulk_records,
            max_chunk_bytes=self._max_bulk_bytes, raise_on_error=False, raise_on_exception=False,
        )  # fmt: skip
        for record, (is_created, answer) in zip(fitting, answers, strict=True):
            if is_created:
                continue
            failed = answer["create"].get("exception")
            if _broke(failed):
                broken.setdefault(failed, []).append(record)
                continue
            reason = self._judged(answer["create"])
            if reason == HTTPStatus.REQUEST_ENTITY_TOO_LARGE.phrase:
                too_much.append(record)
            elif reason:
                yield Rejected(record.identity, reason)
        yield from self._create_in_halves(client, too_much)
        for failed, unsent in broken.items():
            if sum(map(message_bytes, unsent)) <= _ALWAYS_TAKEN_BYTES or not client.ping():
                raise failed
            yield from self._create_in_halves(client, unsent)

    def _create_in_halves(self, client: OpenSearch, records: Sequence[Record]) -> Iterator[Rejected]:
        """Create documents of a request that was too large for something on the way to the cluster.

        A server may refuse it by an answer, or close the connection before the whole of it was sent.
        """
        if len(records) == 1:
            yield Rejected(records[0].identity, "larger than the cluster takes")
        elif records:
            half = len(records) // 2
            yield from self._create(client, records[:half])
            yield from self._create(client, records[half:])

    def _action(self, record: Record) -> dict[str, Any]:
        source = record.fields()
        return {"_op_type": "create", "_index": self._indexes.name(record), "_id": source["id"], "_source": source}

    def _judged(self, answer: Mapping[str, Any]) -> str:
        """Return why a document is refused, nothing if it is there. Raise DestinationUnavailable if that may change."""
        status = answer.get("status")
        if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE.phrase
        if isinstance(failed := answer.get("exception"), TransportError):  # of the request: a 409, too, tells of none
            raise failed
        if status == HTTPStatus.CONFLICT:
            return ""
        error = answer.get("error") or {}
        kinds = [error.get("type", ""), (error.get("caused_by") or {}).get("type", "")]
        if status == HTTPStatus.BAD_REQUEST and (fault := next((kind for kind in kinds if kind in _FAULTS), "")):
            return fault
        raise DestinationUnavailable(f"OpenSearch answers {status} for a document: {kinds[0] or 'no reason'}")


def _broke(failed: object) -> bool:
    """Return whether a request failed because its connection broke, or could not be made."""
    return isinstance(failed, ConnectionBroken) and not isinstance(failed, ConnectionTimeout)


def _reason_of(error: OpenSearchException) -> str:
    """Return what went wrong, without the text of documents, which a cluster's own words may quote."""
    if not isinstance(error, TransportError):
        return f"OpenSearch can't be asked: {type(error).__name__}"
    if isinstance(error.status_code, int):
        reason = error.error  # whatever the JSON of a proxy has there
        word = reason if isinstance(reason, str) and reason.isidentifier() else "no reason"
        return f"OpenSearch answers {error.status_code}: {word}"
    return f"OpenSearch can't be reached: {type(error).__name__}"
