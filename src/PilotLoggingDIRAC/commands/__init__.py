"""The work of the ``dirac-admin-pilot-logs-*`` commands; the scripts only parse switches and call these modules.

A command calls collectors through `client` and unwraps their answers with `answers`; `switches` turns command-line
switches into selections and bounds; `console` prints results to standard output and remarks to standard error, with
control characters escaped; `exit_code` turns named errors into a message and an exit code. A module does one job:
`listing`, `reading` and `showing` of logs, `searching`, `deletion`, `importing`, `switching` logging on or off,
`status` with `status_report`, and `canary` with `canary_report`, which checks the whole chain with a test log.
"""
