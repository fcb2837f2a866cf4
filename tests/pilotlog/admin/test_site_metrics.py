"""Metrics of pilots by site and outcome: of a real store, with a bounded number of series."""

import pytest
from sqlalchemy import update

from PilotLoggingDIRAC.pilotlog.admin.site_metrics import SiteMetrics, SiteMetricSettings, site_metrics
from PilotLoggingDIRAC.pilotlog.model import Outcome, PilotId
from PilotLoggingDIRAC.pilotlog.outcome import Fates
from PilotLoggingDIRAC.pilotlog.settings import StatusSettings
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import logs
from tests.stored import alter, reader, store  # noqa: F401  fixtures

VO, HERE, THERE = "vo.alpha.org", "LCG.Here.org", "LCG.There.org"


def samples(metrics):
    (only,) = metrics
    assert only.name == "pilots"
    return {tuple(value for _, value in labels): number for labels, number in only.samples.items()}


@pytest.fixture
def pilots(store, alter):
    """Store pilots at a site: return codes, None for pilots that run."""
    names = iter(range(1000))

    def add(site, *codes, stamp="{:032x}"):
        for code in codes:
            pilot = PilotId(VO, stamp.format(next(names)))
            store(b"text\n", return_code=code, pilot=pilot)
            alter(update(logs).where(logs.c.PilotStamp == pilot.stamp).values(Site=site))

    return add


@pytest.fixture
def figures(reader, clock):
    """Read the figures of this moment, with some bounds."""

    def read(**bounds):
        found = SiteMetrics(reader, SiteMetricSettings(**bounds), Fates(StatusSettings(), clock), clock)
        return samples(found.read())

    return read


def test_pilots_are_counted_by_site_and_outcome(pilots, figures):
    pilots(HERE, "0", "0", "1", None)
    pilots(THERE, "2")
    found = figures()
    assert found[HERE, "succeeded"] == 2
    assert found[HERE, "failed"] == 1
    assert found[HERE, "running"] == 1
    assert found[THERE, "failed"] == 1


def test_each_site_has_every_outcome_so_that_a_rate_can_be_0(pilots, figures):
    pilots(HERE, "0")
    assert {outcome for site, outcome in figures() if site == HERE} == {str(outcome) for outcome in Outcome}


def test_pilots_of_an_earlier_hour_do_not_count(pilots, figures, clock):
    pilots(HERE, "1")
    clock.forward(minutes=50)
    pilots(HERE, "0")
    clock.forward(minutes=20)
    found = figures()
    assert (found[HERE, "succeeded"], found[HERE, "failed"]) == (1, 0)


def test_a_running_pilot_of_which_nothing_comes_is_silent(pilots, figures, clock):
    pilots(HERE, None)
    clock.forward(minutes=10)
    found = figures()
    assert (found[HERE, "running"], found[HERE, "silent"]) == (0, 1)


def test_checks_of_the_installation_are_no_pilots(pilots, figures):
    pilots(HERE, "0", stamp="canary-{:025x}")
    assert figures() == {}


def test_sites_with_few_pilots_are_together(pilots, figures):
    pilots("A", "0", "0", "0")
    pilots("B", "0", "1")
    pilots("C", "1")
    pilots("D", "1")
    found = figures(sites=2)
    assert {site for site, _ in found} == {"A", "B", "other"}
    assert found["other", "failed"] == 2


def test_a_site_that_nobody_knows_has_a_name(pilots, figures):
    pilots("", "1")
    assert figures()["unknown", "failed"] == 1


def test_series_stay_within_their_bound_whatever_comes():
    found = {(f"site{number}", Outcome.FAILED): number + 1 for number in range(5000)}
    (metric,) = site_metrics(found, 100)
    assert len(metric.samples) == 101 * len(Outcome)
    assert sum(metric.samples.values()) == sum(found.values())


def test_counting_ends_at_its_bound_with_the_newest(pilots, figures, clock):
    pilots(HERE, "1")
    clock.forward(minutes=1)
    pilots(HERE, "0", "0")
    found = figures(site_logs=2)
    assert (found[HERE, "succeeded"], found[HERE, "failed"]) == (2, 0)
