"""Pilot output by reference, on the real stack: the order of sources, what makes way, who may read, what is kept."""

import sys
import time
import uuid

import pytest

from . import grid, rpc
from .pilot import pilot_line
from .stack import world
from .waiting import until

WEB_APP = "Monitoring/WebApp"
PILOT_MANAGER = "WorkloadManagement/PilotManager"
SOURCE_SECONDS = 20  # a source's process imports DIRAC first
REFUSAL = "No such log, or not for you to read"


@pytest.fixture(scope="module")
def ce(stack, tmp_path_factory):
    """The CEs' output; the CE comes first for one VO, by LogSources, and last for the other, as stock options say."""
    folder = grid.OutputFolder(tmp_path_factory.mktemp("ce") / "output")
    options = grid.ce_options(folder.path) | {
        f"/Operations/{world.ALPHA.name}/Pilot/RemoteLogsPriority": "True",
        f"/Operations/{world.BETA.name}/Pilot/RemoteLogsPriority": "True",
        f"/Operations/{world.BETA.name}/Pilot/LogSources": "ComputingElement, Collector, Nonsense",
        "/Systems/WorkloadManagement/PilotLogging/SourceSeconds": SOURCE_SECONDS,
    }
    grid.store_pilot_proxies(stack)
    with grid.changed(stack, options, (*grid.READING_SERVICES, "ProxyManager")):
        yield folder


@pytest.fixture
def send(connect):
    """Send text as a pilot of its VO."""

    def do(pilot, text, end=None):
        connection = connect(pilot.vo.pilot)
        assert connection.send(text, pilot.stamp)["OK"]
        if end is not None:
            assert connection.finalise(pilot.stamp, end)["OK"]

    return do


@pytest.fixture
def ask(stack, ce):
    """DIRAC's answer to ``getPilotOutput`` of a pilot."""

    def do(pilot, user=None, service=WEB_APP):
        user = user or f"{'opal' if pilot.vo is world.ALPHA else 'opbert'}"
        reference = getattr(pilot, "reference", pilot)
        return rpc.call(stack, None if user == "host" else user, service, "getPilotOutput", reference)

    return do


def output(answer):
    assert answer["OK"], answer["Message"]
    return answer["Value"]


def source(answer):
    return output(answer)["LogSource"], output(answer)["StdOut"]


def test_answer_is_what_dirac_s_callers_expect(stack, ask, send):
    pilot, text = grid.add_pilot(stack), pilot_line("hello")
    send(pilot, text)
    running = {"StdOut": text, "StdErr": "", "VO": pilot.vo.name, "FileList": []}
    facts = {"LogSource": "Collector", "LogComplete": False, "LogEnded": False, "LogMissingBytes": 0}
    assert output(ask(pilot)) == running | facts
    send(pilot, "end\n", end="0")
    assert output(ask(pilot))["LogComplete"] is True


def test_order_is_each_vo_s_own(stack, ce, ask, send):
    for vo, first in ((world.ALPHA, "Collector"), (world.BETA, "ComputingElement")):
        pilot = grid.add_pilot(stack, vo)
        ce.give(pilot, pilot_line("from the CE"))
        send(pilot, "from the collector\n", end="0")
        assert output(ask(pilot))["LogSource"] == first


def test_ce_is_asked_with_the_pilots_proxy_where_the_others_have_nothing(stack, ce, ask):
    pilot = grid.add_pilot(stack, status="Done")
    ce.give(pilot, "out\n", "err\n")
    answer = output(ask(pilot))
    assert (answer["LogSource"], answer["StdOut"], answer["StdErr"]) == ("ComputingElement", "out\n", "err\n")
    (proxy,) = ce.asked(pilot)
    assert "pilotlog-ce-" in proxy


def test_output_with_white_space_alone_is_no_answer(stack, ce, ask, send):
    pilot = grid.add_pilot(stack, world.BETA)
    ce.give(pilot, " \n\n")
    send(pilot, "text\n")
    assert source(ask(pilot)) == ("Collector", "text\n")


def test_ce_that_fails_makes_way(stack, ask, send):
    pilot = grid.add_pilot(stack, world.BETA)
    send(pilot, "text\n")
    assert source(ask(pilot)) == ("Collector", "text\n")


def test_ce_that_hangs_makes_way_in_time_and_others_are_not_held_up(stack, ce, ask, send):
    pilot, other = grid.add_pilot(stack, world.BETA), grid.add_pilot(stack, world.BETA)
    ce.hang(pilot)
    ce.give(other, "other\n")
    send(pilot, "text\n")
    began = time.monotonic()
    assert source(ask(pilot)) == ("Collector", "text\n")
    assert time.monotonic() - began < 3 * SOURCE_SECONDS  # the CE hangs for ten minutes
    assert len(ce.asked(pilot)) == 1
    assert source(ask(other)) == ("ComputingElement", "other\n")
    assert_soon_gone(stack.root / "tmp", "pilotlog-ce-*")  # with the proxy in it, as the CE was killed


def assert_soon_gone(folder, pattern):
    until(lambda: not list(folder.glob(pattern)), seen=lambda: list(folder.glob(pattern)))


def test_final_output_is_fetched_once_and_kept(stack, ce, ask):
    pilot = grid.add_pilot(stack, world.BETA, status="Done")
    ce.give(pilot, "all of it\n", "an error\n")
    first = output(ask(pilot))
    ce.lose(pilot)
    assert output(ask(pilot)) == first
    assert (first["LogComplete"], first["StdErr"], len(ce.asked(pilot))) == (True, "an error\n", 1)


def test_output_of_a_running_pilot_is_asked_for_again_until_it_is_final(stack, ce, ask):
    pilot = grid.add_pilot(stack, world.BETA)
    ce.give(pilot, "begin\n", "no error yet\n")
    assert not output(ask(pilot))["LogComplete"]
    ce.give(pilot, "begin and more\n", "no error yet\n")
    assert output(ask(pilot))["StdOut"] == "begin and more\n"
    grid.set_status(stack, pilot, "Done")
    whole = pilot_line("begin and more and end")
    ce.give(pilot, whole, "")
    answer = output(ask(pilot))
    assert (answer["StdOut"], answer["StdErr"], answer["LogComplete"]) == (whole, "", True)
    ask(pilot)
    assert len(ce.asked(pilot)) == 3


def test_output_that_the_ce_gives_no_more_is_still_an_answer(stack, ce, ask):
    pilot = grid.add_pilot(stack, world.BETA)
    ce.give(pilot, "begin\n", "an error\n")
    ask(pilot)
    ce.lose(pilot)
    grid.set_status(stack, pilot, "Done")
    answer = output(ask(pilot))
    assert (answer["StdOut"], answer["StdErr"], answer["LogComplete"]) == ("begin\n", "an error\n", False)
    assert len(ce.asked(pilot)) == 2


def test_output_that_dirac_kept_too_early_is_asked_for_again(stack, ce, ask):
    pilot = grid.add_pilot(stack, world.BETA)
    statement = "INSERT INTO PilotOutput SELECT PilotID, 'early', '' FROM PilotAgents WHERE PilotJobReference = %s"
    stack.sql("PilotAgentsDB", statement, (pilot.reference,))
    ce.give(pilot, "early and late\n")
    assert source(ask(pilot)) == ("ComputingElement", "early and late\n")


def test_dirac_reads_what_was_kept(stack, ce, ask):
    pilot = grid.add_pilot(stack, world.BETA, status="Done")
    ce.give(pilot, "out é\n", "err\n")
    ask(pilot)
    statement = "SELECT StdOutput, StdError FROM PilotOutput NATURAL JOIN PilotAgents WHERE PilotJobReference = %s"
    assert list(stack.sql("PilotAgentsDB", statement, (pilot.reference,))) == [("out é\n", "err\n")]


def test_standard_error_and_the_last_lines_of_a_killed_pilot_are_the_ce_s(stack, ce, ask, send):
    pilot, sent = grid.add_pilot(stack, status="Failed"), pilot_line("Installing")
    send(pilot, sent)
    ce.give(pilot, sent + "Traceback\n", "no space left\n")
    answer = output(ask(pilot))
    assert (answer["LogSource"], answer["StdErr"]) == ("Collector,ComputingElement(end,StdErr)", "no space left\n")
    assert answer["StdOut"].startswith(sent) and answer["StdOut"].endswith("]\nTraceback\n")


def test_empty_output_of_the_ce_beside_an_error_does_not_hide_our_log(stack, ce, ask, send):
    pilot = grid.add_pilot(stack, world.BETA, status="Failed")
    ce.give(pilot, "", "no space left\n")
    send(pilot, "text\n")
    answer = output(ask(pilot))
    assert (answer["StdOut"], answer["StdErr"]) == ("text\n", "no space left\n")
    assert answer["LogSource"] == "Collector,ComputingElement(StdErr)"


@pytest.mark.parametrize(
    ("harm", "mend"),
    [
        ("CONVERT TO CHARACTER SET latin1", "CONVERT TO CHARACTER SET utf8mb4"),
        ("MODIFY StdOutput TEXT", "MODIFY StdOutput MEDIUMTEXT"),
        ("RENAME TO Elsewhere", ""),
    ],
    ids=["latin1", "TEXT", "absent"],
)
def test_output_that_dirac_s_table_can_t_hold_is_kept(stack, ce, ask, harm, mend):
    pilot = grid.add_pilot(stack, world.BETA, status="Done")
    ce.give(pilot, "\N{GRINNING FACE}" * 50_000, "an error\n")
    stack.sql("PilotAgentsDB", f"ALTER TABLE PilotOutput {harm}")
    try:
        first = output(ask(pilot))
        ce.lose(pilot)
        assert output(ask(pilot)) == first and first["StdOut"] == "\N{GRINNING FACE}" * 50_000
        assert len(ce.asked(pilot)) == 1
    finally:
        back = f"PilotOutput {mend}" if mend else "Elsewhere RENAME TO PilotOutput"
        stack.sql("PilotAgentsDB", f"ALTER TABLE {back}")


def test_all_failed_names_each_source_and_why_without_markup(stack, ask):
    answer = ask(grid.add_pilot(stack, world.BETA))
    assert not answer["OK"]
    for reason in (
        "ComputingElement: the CE gives no output",
        "Collector: there is no log",
        "Nonsense: unknown source",
    ):
        assert reason in answer["Message"]
    assert "<" not in answer["Message"]


@pytest.mark.parametrize("service", [WEB_APP, PILOT_MANAGER])
@pytest.mark.parametrize("user", ["opal", "admin", "sid"])
def test_those_who_may_read_get_it(stack, ask, send, user, service):
    pilot = grid.add_pilot(stack)
    send(pilot, "text\n")
    assert source(ask(pilot, user, service)) == ("Collector", "text\n")


@pytest.mark.parametrize("service", [WEB_APP, PILOT_MANAGER])
@pytest.mark.parametrize("user", ["alice", "bob", "opbert", "pila", "host"])
def test_others_get_the_same_for_pilots_that_are_there_and_not(stack, ask, send, user, service):
    pilot = grid.add_pilot(stack)
    send(pilot, "text\n")
    forbidden, unknown = ask(pilot, user, service), ask(f"stack://{uuid.uuid4()}", user, service)
    assert (forbidden["OK"], forbidden["Message"]) == (False, REFUSAL)
    assert forbidden == unknown


@pytest.mark.parametrize("reference", ["", "x" * 256])
def test_what_is_no_reference_is_refused_and_never_means_all(ask, reference):
    assert "reference" in ask(reference, "admin")["Message"]


def test_site_administrator_does_not_read_other_sites(stack, ask, send):
    pilot = grid.add_pilot(stack, world.BETA)
    send(pilot, "text\n")
    assert ask(pilot, "sid")["Message"] == REFUSAL


def test_command_works_by_reference_also_when_dirac_has_deleted_the_pilot(stack, ce, send, tmp_path):
    pilot = grid.add_pilot(stack)
    send(pilot, "text\n", end="0")
    for folder in ("before", "after"):
        (tmp_path / folder).mkdir()
        done = stack.run(["dirac-admin-get-pilot-output", pilot.reference], user="opal", cwd=tmp_path / folder)
        assert done.returncode == 0, done.stdout + done.stderr
        name = pilot.reference.split("/")[-1]
        assert (tmp_path / folder / f"pilot_{name}" / "std.out").read_text() == "text\n"
        grid.forget_pilot(stack, pilot)
    refused = stack.run(["dirac-admin-get-pilot-output", pilot.reference], user="opbert", cwd=tmp_path)
    assert refused.returncode != 0 and REFUSAL in refused.stdout + refused.stderr


def test_logging_info_is_the_ce_s_and_ours_where_it_has_none_or_hangs(stack, ce, send):
    has, has_not, hangs = (grid.add_pilot(stack) for _ in range(3))
    ce.inform(has, "submitted\n")
    ce.hang(hangs)
    for pilot in (has, has_not, hangs):
        send(pilot, pilot_line("Command CheckWorkerNode instantiated from pilotCommands"))
    answers = {
        pilot: rpc.call(stack, "opal", WEB_APP, "getPilotLoggingInfo", pilot.reference)
        for pilot in (has, has_not, hangs)
    }
    assert answers[has]["Value"] == "submitted\n"
    for pilot in (has_not, hangs):
        assert pilot.stamp in answers[pilot]["Value"] and "CheckWorkerNode" in answers[pilot]["Value"]
    (proxy,) = ce.asked(has)
    assert "pilotlog-ce-" in proxy  # a worker's, not the service's


def test_logging_info_that_nobody_has_names_both_and_why(stack, ce):
    answer = rpc.call(stack, "opal", WEB_APP, "getPilotLoggingInfo", grid.add_pilot(stack).reference)
    assert (
        "ComputingElement: the CE gives no" in answer["Message"]
        and "PilotLog: there is no log of this pilot" in answer["Message"]
    )


def test_command_for_logging_info_works_for_those_who_may_read(stack, ce, send):
    pilot = grid.add_pilot(stack)
    send(pilot, "text\n")
    done = stack.run(["dirac-admin-get-pilot-logging-info", pilot.reference], user="opal")
    assert done.returncode == 0 and pilot.stamp in done.stdout
    refused = stack.run(["dirac-admin-get-pilot-logging-info", pilot.reference], user="opbert")
    assert refused.returncode != 0 and REFUSAL in refused.stdout and pilot.stamp not in refused.stdout


def test_file_that_dirac_s_own_logging_uploaded_is_found(stack, ask, tmp_path):
    pilot = grid.add_pilot(stack)
    (tmp_path / "old.log").write_text("old log\n")
    lfn = f"{pilot.vo.log_path}/{pilot.stamp}.log"
    add = ["dirac-dms-add-file", lfn, tmp_path / "old.log", pilot.vo.storage_element]
    done = stack.run(add, user=pilot.vo.shifter)
    assert done.returncode == 0, done.stdout + done.stderr
    assert source(ask(pilot)) == ("Archive", "old log\n")


def test_archived_log_is_read_from_the_storage_element(stack, ask, send):
    pilot = grid.add_pilot(stack, status="Done")
    send(pilot, pilot_line("archived"), end="0")
    before = output(ask(pilot))
    settled = "UPDATE PilotLogs SET LastSeen = LastSeen - INTERVAL 1 DAY WHERE PilotStamp = %s"
    stack.sql("PilotLoggingDB", settled, (pilot.stamp,))
    done = stack.run_agent_once()
    assert done.returncode == 0, done.stdout + done.stderr
    where = "WHERE PilotStamp = %s"
    assert list(stack.sql("PilotLoggingDB", f"SELECT State FROM PilotLogs {where}", (pilot.stamp,))) == [("Archived",)]
    purge = f"DELETE FROM PilotLogBatches WHERE LogID = (SELECT LogID FROM PilotLogs {where})"
    stack.sql("PilotLoggingDB", purge, (pilot.stamp,))
    stack.sql("PilotLoggingDB", f"UPDATE PilotLogs SET State = 'Purged' {where}", (pilot.stamp,))
    assert output(ask(pilot)) == before | {"LogSource": "Archive"}
    send(pilot, "late\n")
    assert source(ask(pilot)) == ("Archive", before["StdOut"] + "late\n")


def test_clients_know_the_method(stack):
    program = """
from DIRAC.MonitoringSystem.Client.WebAppClient import WebAppClient
from DIRAC.WorkloadManagementSystem.Client.PilotManagerClient import PilotManagerClient
print(all("getPilotOutput" in vars(kind) for kind in (WebAppClient, PilotManagerClient)))
"""
    assert stack.run([sys.executable, "-c", program], user="opal").stdout.strip() == "True"
