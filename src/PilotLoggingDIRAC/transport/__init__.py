"""Base classes and mixins that all handlers share, of services over HTTPS and DISET and of the web page.

A request meets, in this order: `guards`, which repair faults of libraries for the whole process; `form_handler` over
HTTPS or `diset_arguments` over DISET, which bound it; `identity` and `credentials`, which find out who calls;
`audited`, which writes readings and refusals to the service's log; `edge`, the only place where values and named errors
become ``S_OK`` and ``S_ERROR``. `delivery` tells what became of an answer. `graceful_stop` ends the process on a signal
without losing a request. `searching`, `causes`, `replays` and `pilot_output` have RPC methods of handlers;
`log_columns` is what ``getPilotLogs`` tells of a log, `deletion_record` the line in the service's log about a deletion.
`missing` and `stand_in` answer for code that can't be imported.
"""
