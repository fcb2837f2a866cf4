"""One cycle of the agent: what one of its steps raises costs no other."""

from concurrent.futures import ThreadPoolExecutor

from PilotLoggingDIRAC.pilotlog.archive.cycle import AgentMemory, Cycle, CycleSettings
from PilotLoggingDIRAC.pilotlog.archive.sealer import Sealer
from PilotLoggingDIRAC.pilotlog.archive.tally import Tally
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.settings import SealSettings

from .test_archiver import QuickLane, agent, archive, pilots, world  # noqa: F401  (fixtures)


class BrokenLane:
    """A lane that fails beside its steps."""

    vo = "beta_vo"

    def run(self):
        raise ValueError("a surprise")


def test_what_is_raised_beside_the_steps_is_a_problem_and_costs_no_result_of_others(agent):
    def diagnose():
        raise OSError("no rules")

    tally, custody, clock = Tally(), agent.world.custody, agent.world.clock
    sealer = Sealer(custody, agent.describer, SealSettings(), clock, tally)
    cycle = Cycle(custody, agent.describer, sealer, CycleSettings(), clock, diagnose=diagnose)
    with ThreadPoolExecutor(3) as pool:
        assert cycle.run([BrokenLane(), QuickLane()], pool, AgentMemory(), tally) == set()
    assert tally.counts == {"lanes": 1}
    assert tally.problems == {"diagnoses": "OSError: no rules", "archive of beta_vo": "ValueError: a surprise"}


class EpochsOfAStoreThatGoesAway:
    """Epochs that can't be deleted any more at the end of a cycle."""

    def delete_epochs(self, before):
        raise StoreUnavailable("away")


class ToldOnceLane:
    """A lane with a problem that no later cycle meets again."""

    vo = "beta_vo"

    def run(self):
        tally = Tally()
        tally.problem("logs given up for an SE of beta_vo", "told once")
        return tally


def test_a_store_that_goes_away_at_the_end_of_a_cycle_costs_no_result_of_its_lanes(agent):
    tally, clock = Tally(), agent.world.clock
    sealer = Sealer(agent.world.custody, agent.describer, SealSettings(), clock, tally)
    cycle = Cycle(EpochsOfAStoreThatGoesAway(), agent.describer, sealer, CycleSettings(), clock)
    with ThreadPoolExecutor(3) as pool:
        assert cycle.run([ToldOnceLane(), QuickLane()], pool, AgentMemory(), tally) == set()
    assert tally.counts == {"lanes": 1}
    assert tally.problems == {"logs given up for an SE of beta_vo": "told once", "database": "away"}
