"""The ports of stacks that are built at the same time."""

from integration_tests.stack import ports


def test_processes_side_by_side_choose_from_ports_of_their_own(monkeypatch):
    chosen = []
    for number in range(2):
        monkeypatch.setenv(ports.RANGE, ports.part(number, 2))
        chosen.append(ports.choose(range(400)).values())
    assert max(chosen[0]) < ports.FIRST + 10_000 <= min(chosen[1])
    assert min(chosen[0]) >= ports.FIRST and max(chosen[1]) < ports.LAST
