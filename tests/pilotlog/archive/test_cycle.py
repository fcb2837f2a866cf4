"""One cycle of the agent: what one of its steps raises costs no other."""

from concurrent.futures import ThreadPoolExecutor

from PilotLoggingDIRAC.pilotlog.archive.cycle import AgentMemory, Cycle, CycleSettings
from PilotLoggingDIRAC.pilotlog.archive.sealer import Sealer
from PilotLoggingDIRAC.pilotlog.archive.tally import Tally
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
