"""Lines of logs, read back from the OpenSearch cluster that they were sent to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import OpenSearchException, TransportError

from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.forward.plugin_options import PluginOptions
from PilotLoggingDIRAC.pilotlog.model import PilotId
from PilotLoggingDIRAC.pilotlog.search.line_engine import MAX_WORD, EngineLine, LineQuery

from .opensearch_indexes import Indexes
from .opensearch_server import OpenSearchServer

_FIELDS = ["vo", "stamp", "part", "line", "piece", "message"]
#: The logs of a VO that began last come first; the lines of a log in their order.
_ORDER = [{"_index": "desc"}, *({name: {"order": "asc"}} for name in ("stamp", "part", "line", "piece"))]


class OpenSearchLines:
    """``LineEngine`` on the cluster of an OpenSearchDestination, with its options."""

    def __init__(self, name: str, options: Mapping[str, Any], seconds: float):
        """Create it; each question may take some seconds. Raise InvalidInput. Connects with the first question."""
        self._server = replace(OpenSearchServer.of(name, options), seconds=seconds)
        self._indexes = Indexes.of(PluginOptions(name, options), self._server.prefix)
        self._client: OpenSearch | None = None

    def lines(self, query: LineQuery, after: Sequence[str | int], limit: int) -> list[EngineLine]:
        """See ``LineEngine.lines``."""
        index = ",".join(name for vo in query.vos for name in self._indexes.since(vo, query.began, datetime.now(UTC)))
        body = {
            "size": limit,
            "sort": _ORDER,
            "query": {"bool": {"filter": list(_filters(query))}},
            "_source": _FIELDS,
            "track_total_hits": False,
            "timeout": f"{self._server.seconds:.0f}s",
            **({"search_after": list(after)} if after else {}),
        }
        return [_line(hit) for hit in self._hits(index, body)]

    def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _hits(self, index: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the hits of a search. Raise StoreUnavailable, also if a shard did not answer."""
        try:
            self._client = client = self._client or self._server.client()
            found = client.search(index=index, body=body, params={"ignore_unavailable": "true"})
        except DestinationUnavailable as error:
            raise StoreUnavailable(f"OpenSearch: {error}") from None
        except OpenSearchException as error:
            raise StoreUnavailable(f"OpenSearch can't be asked: {_kind(error)}") from None
        if found.get("timed_out") or found.get("_shards", {}).get("failed"):
            raise StoreUnavailable("OpenSearch has not answered for all of it")
        hits: list[dict[str, Any]] = found["hits"]["hits"]
        return hits


def _kind(error: OpenSearchException) -> str:
    status = error.status_code if isinstance(error, TransportError) else ""
    return f"{type(error).__name__} {status}".strip()


def _filters(query: LineQuery) -> Iterator[dict[str, Any]]:
    yield {"terms": {"kind": ["line", "phase"]}}
    yield {"terms": {"vo": list(query.vos)}}
    if query.stamps:
        yield {"terms": {"stamp": list(query.stamps)}}
    if query.sites:
        yield {"terms": {"site": [*query.sites, ""]}}
    if query.part is not None:
        yield {"term": {"part": query.part}}
    if query.lines:
        yield {"range": {"line": {"gte": query.lines[0], "lte": query.lines[1]}}}
    for word in query.words.whole:
        yield {"term": {"message": word}}
    if query.words.within:
        yield _within(query.words.within)


def _within(word: str) -> dict[str, Any]:
    """Return the condition that a word is within one of a line's, or may lie where the engine has cut a longer one.

    The piece before a cut is as long as a word can be, and few lines have one. Halves of the word would be in many.
    """
    either = [{"wildcard": {"message": {"value": value}}} for value in (f"*{word}*", "?" * MAX_WORD)]
    return {"bool": {"should": either, "minimum_should_match": 1}} if len(word) > 1 else either[0]


def _line(hit: Mapping[str, Any]) -> EngineLine:
    source = hit["_source"]
    pilot = PilotId(source["vo"], source["stamp"])
    return EngineLine(pilot, source["part"], source["line"], source["piece"], source["message"], tuple(hit["sort"]))
