"""Figures, made on the stack; run by hand with ``./dev bench`` or ``python -m benchmarks.<name>``, never by the tests.

`ingest` compares DIRAC's collector with ours: the two `sides` and a bare server (`floor`) get the cases of the `plan`
by turns from a `crowd` of `sender` processes, and `report` writes the page. `balanced`, `outage`, `reading`,
`stored`, `search`, `redaction`, `diagnosis`, `running_pilots`, `forwarding`, `destinations` and `profiling` measure one
thing each. `day` and `growth` have folders of their own. `machine`, `usage`, `prober`, `wire` and `drawing` serve them
all.
"""
