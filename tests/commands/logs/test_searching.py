"""The figures of a search: what is counted over its calls."""

from types import SimpleNamespace

from PilotLoggingDIRAC.commands.logs.searching import Search


def hit(stamp, line, part=1):
    return {"VO": "alpha", "PilotStamp": stamp, "Part": part, "Line": line, "Text": "x"}


def collector(calls):
    """Return a collector that gives one answer after the other: (number of logs, hits) of each."""
    left = list(calls)

    def search(selection, pattern, options, cursor):
        logs, hits = left.pop(0)
        figures = {"Logs": logs, "Bytes": 10, "Unreadable": [], "Extent": {}}
        return {"OK": True, "Value": figures | {"Hits": hits, "Cursor": "more" if left else ""}}

    return SimpleNamespace(searchLogs=search)


def searched(options, *calls):
    found = Search(collector(calls), {}, "x", {"Archive": False} | options, print)
    return found, list(filter(None, found.hits()))


def test_log_with_hits_in_two_answers_of_engines_is_one_log():
    calls = (2, [hit("a", 1), hit("b", 1)]), (2, [hit("b", 9), hit("b", 2, part=2)]), (0, [])
    found, hits = searched({"Source": "OpenSearch"}, *calls)
    assert (len(hits), found.logs) == (4, 3)
    assert found.summary().startswith("4 hits in 3 logs, ")


def test_logs_of_the_database_are_those_that_were_searched():
    found, hits = searched({}, (300, [hit("a", 1)]), (200, []))
    assert (len(hits), found.logs, found.bytes) == (1, 500, 20)
