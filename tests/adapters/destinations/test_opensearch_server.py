"""Options of the destination OpenSearch: which cluster, by DIRAC's own options, and which indexes."""

from datetime import datetime, timedelta

import pytest

from PilotLoggingDIRAC.adapters.destinations.opensearch import OpenSearchDestination
from PilotLoggingDIRAC.adapters.destinations.opensearch_indexes import Indexes
from PilotLoggingDIRAC.adapters.destinations.opensearch_server import OpenSearchServer
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.forward.plugin_options import PluginOptions
from PilotLoggingDIRAC.pilotlog.forward.settings import SentContent

from ...destination_contract import line

COMMON = {"Host": "search.example.org", "Port": "9200", "User": "dirac", "Password": "secret", "IndexPrefix": "LHCb-"}
OF_DATABASE = {"Host": "own.example.org", "Password": "other"}


@pytest.fixture
def configuration(configure):
    """``configuration(tree)``: what DIRAC's configuration holds."""
    configure({})
    return configure


def test_without_options_of_its_own_it_is_the_cluster_of_dirac(configuration):
    configuration({"Systems": {"NoSQLDatabases": COMMON}})
    found = OpenSearchServer.of("Search", {"Plugin": "OpenSearchDestination"})
    assert found.hosts == ("https://search.example.org:9200",)
    assert (found.user, found.password, found.prefix) == ("dirac", "secret", "lhcb-")


def test_section_of_its_database_beats_that_of_all(configuration):
    own = {"WorkloadManagement": {"Databases": {"PilotLogSearchDB": OF_DATABASE}}}
    configuration({"Systems": {"NoSQLDatabases": COMMON} | own})
    found = OpenSearchServer.of("Search", {})
    assert (found.hosts, found.user, found.password) == (("https://own.example.org:9200",), "dirac", "other")


def test_options_of_the_destination_beat_both(configuration):
    configuration({"Systems": {"NoSQLDatabases": COMMON}})
    given = {"Host": "one.example.org/search, two.example.org", "Port": "443", "IndexPrefix": "x-", "SSL": "no"}
    found = OpenSearchServer.of("Search", given)
    assert found.hosts == ("http://one.example.org:443/search", "http://two.example.org:443")
    assert (found.user, found.prefix) == ("dirac", "x-")


def test_with_certificates_no_user_is_sent(configuration):
    files = {"CRT": "True", "ca_certs": "/ca.pem", "client_cert": "/cert.pem", "client_key": "/key.pem"}
    configuration({"Systems": {"NoSQLDatabases": COMMON | files}})
    found = OpenSearchServer.of("Search", {})
    assert (found.user, found.password) == ("", "")
    assert (found.authorities, found.certificate, found.key) == ("/ca.pem", "/cert.pem", "/key.pem")


def test_cluster_without_login_needs_nothing_of_dirac(configuration):
    found = OpenSearchServer.of("Search", {"Host": "localhost", "Port": "9200", "SSL": "no"})
    assert (found.hosts, found.user) == (("http://localhost:9200",), "")


def test_without_any_cluster_it_says_what_is_missing(configuration):
    with pytest.raises(InvalidInput, match=r"Search: .*Password"):
        OpenSearchServer.of("Search", {})


@pytest.mark.parametrize(
    "wrong", [{"Port": "none"}, {"Database": "Monitoring"}, {"Period": "hour"}, {"Shards": "0"}, {"Template": "maybe"}]
)
def test_wrong_option_is_named(configuration, wrong):
    with pytest.raises(InvalidInput, match=next(iter(wrong))):
        OpenSearchDestination("Search", {"Host": "localhost", "SSL": "no"} | wrong)


def test_a_summary_is_sent_unless_all_is_asked_for():
    assert OpenSearchDestination.content is SentContent.SUMMARY


def indexes(**options):
    return Indexes.of(PluginOptions("Search", options), "pre-")


@pytest.mark.parametrize(("period", "day"), [("day", "2026.11.30"), ("month", "2026.11")])
def test_index_is_that_of_the_vo_and_the_time_its_log_began(period, day):
    began = datetime(2026, 11, 30, 23, 59)
    assert indexes(Period=period).name(line(1, began=began)) == f"pre-pilotlogs-vo.alpha.org@{day}"
    assert indexes(Period=period, Index="Lines").name(line(1, began=began)) == f"pre-lines-vo.alpha.org@{day}"


def test_pattern_of_a_vo_is_no_other_vos():
    assert indexes().of_vo("CMS") == "pre-pilotlogs-cms@*"


@pytest.mark.parametrize(("period", "name", "days"), [("day", "2026.11.01", 1), ("month", "2026.10", 31)])
def test_index_is_outdated_when_its_last_log_began_too_long_ago(period, name, days):
    kept, index = indexes(KeepDays="10", Period=period), f"pre-pilotlogs-cms@{name}"
    begins = datetime(2026, 11, 1) if period == "day" else datetime(2026, 10, 1)
    end = begins + timedelta(days=days + 10)
    assert kept.outdated([index], end) == []
    assert kept.outdated([index, "pre-pilotlogs-cms@x", "other@2020.01.01"], end + timedelta(seconds=1)) == [index]
    assert indexes(Period=period).outdated([index], end + timedelta(days=999)) == []
