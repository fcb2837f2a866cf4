"""The CE's output: what is cached of it and where, and when the CE is asked again."""

import pytest
from sqlalchemy import text

from PilotLoggingDIRAC.adapters.output_cache import OutputCache
from PilotLoggingDIRAC.adapters.pilot_records import PilotRecords
from PilotLoggingDIRAC.adapters.sources.computing_element import ComputingElementSource
from PilotLoggingDIRAC.pilotlog.errors import LogNotFound
from PilotLoggingDIRAC.pilotlog.settings import StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.connection.engine import make_engine
from PilotLoggingDIRAC.pilotlog.sql.read.ce_outputs import SqlCEOutputs
from tests.conftest import PILOT, line

REFERENCE = "htcondorce://ce.example/1.0"
FIELDS = "VO, GridType, GridSite, DestinationSite, Queue, PilotStamp"
OUTPUT = line("all of it").decode()
EMOJI = OUTPUT + "\N{SNOWMAN}\N{GRINNING FACE}"
OUTPUT_TABLE = "CREATE TABLE PilotOutput (PilotID INTEGER PRIMARY KEY, StdOutput TEXT, StdError TEXT)"
#: A column that can't hold all of a text, of a database that does not say so.
CUTTING = """CREATE TRIGGER cut AFTER INSERT ON PilotOutput BEGIN
UPDATE PilotOutput SET StdOutput = substr(StdOutput, 1, 5) WHERE PilotID = NEW.PilotID; END"""


class CE:
    """A computing element that gives these answers, then none any more."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), 0

    def __call__(self, record):
        """The next answer."""
        self.asked += 1
        if not self.answers:
            raise LogNotFound("the CE gives no output")
        return self.answers.pop(0)


@pytest.fixture
def agents(tmp_path):
    """A PilotAgentsDB with one pilot that has ended; a function that runs a statement on it."""
    url = f"sqlite:///{tmp_path}/agents.db"
    engine = make_engine(url, StoreSettings())

    def run(statement):
        with engine.begin() as connection:
            connection.execute(text(statement))

    run(f"CREATE TABLE PilotAgents (PilotID INTEGER PRIMARY KEY, PilotJobReference TEXT, Status TEXT, {FIELDS})")
    values = f"'{PILOT.vo}', 'HTCondorCE', 'site', 'ce', 'q', '{PILOT.stamp}'"
    run(f"INSERT INTO PilotAgents VALUES (1, '{REFERENCE}', 'Done', {values})")
    run(OUTPUT_TABLE)
    run.url = url
    return run


@pytest.fixture
def source(agents, transactions, clock):
    """``source(ce)``: the source over a CE."""
    records = PilotRecords(agents.url)
    cache = OutputCache(records, SqlCEOutputs(transactions, clock))
    return lambda ce: ComputingElementSource(records, cache, ce)


def ask(source):
    found = source.output(PILOT, REFERENCE)
    return found.stdout, found.stderr, found.final


def test_final_output_is_asked_for_once(source):
    ce = CE((OUTPUT, "err"))
    assert ask(source(ce)) == ask(source(ce)) == (OUTPUT, "err", True)
    assert ce.asked == 1


@pytest.mark.parametrize("harm", ["DROP TABLE PilotOutput", CUTTING], ids=["absent", "too short"])
def test_output_that_dirac_s_table_can_t_hold_is_kept_here(source, agents, harm):
    agents(harm)
    ce = CE((EMOJI, "err"))
    assert ask(source(ce)) == ask(source(ce)) == (EMOJI, "err", True)
    assert ce.asked == 1


def test_output_kept_here_is_replaced_and_removed_in_time(source, agents, transactions, clock):
    agents("DROP TABLE PilotOutput")
    agents("UPDATE PilotAgents SET Status = 'Running'")
    ce = CE((OUTPUT, ""), (OUTPUT * 2, ""))
    assert ask(source(ce))[0] == OUTPUT
    assert ask(source(ce))[0] == ask(source(ce))[0] == OUTPUT * 2
    assert ce.asked == 3
    own = SqlCEOutputs(transactions, clock)
    clock.now = clock.now.replace(year=clock.now.year + 1)
    own.put(PILOT.vo, "other", own.get(PILOT.vo, REFERENCE))
    assert own.get(PILOT.vo, REFERENCE) is None


def test_words_that_stand_for_an_output_are_neither_final_nor_asked_for_once(source):
    ce = CE(("The output is not available yet", ""), (OUTPUT, "err"))
    assert ask(source(ce)) == ("The output is not available yet", "", False)
    assert ask(source(ce)) == ask(source(ce)) == (OUTPUT, "err", True)
    assert ce.asked == 2


def test_words_do_not_replace_output_that_is_kept(source, agents):
    agents("UPDATE PilotAgents SET Status = 'Running'")
    ce = CE((OUTPUT, "err"), ("gone", ""))
    ask(source(ce))
    agents("UPDATE PilotAgents SET Status = 'Done'")
    assert ask(source(ce))[:2] == ask(source(ce))[:2] == (OUTPUT, "err")


def test_words_that_dirac_stored_are_asked_for_again(source, agents):
    agents("INSERT INTO PilotOutput VALUES (1, 'Output is not ready', '')")
    assert ask(source(CE((OUTPUT, "")))) == (OUTPUT, "", True)
    assert ask(source(CE())) == (OUTPUT, "", True)
