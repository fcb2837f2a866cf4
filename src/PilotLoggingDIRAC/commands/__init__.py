"""The work of the ``dirac-admin-pilot-logs-*`` commands; the scripts only parse switches and call these modules.

A command calls collectors through `client`. `terminal` has what all share: switches, answers, output, exit codes.
`logs` lists, shows, searches, deletes and imports logs; `causes` tells why pilots fail; `installation` tells how an
installation fares, and switches logging on or off; `canary` checks the whole chain with a test log.
"""
