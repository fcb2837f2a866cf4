#!/bin/sh
# HAProxy's check of a Galera node, whose address and port are the third and fourth word: it succeeds if the node is in
# the primary component, has all changes and gives no copy of its data to another node.
ask="SHOW STATUS WHERE Variable_name IN ('wsrep_local_state', 'wsrep_ready')"
found=$(mariadb --no-defaults -h "$3" -P "$4" -u haproxy --connect-timeout=2 -BN -e "$ask" | sort | tr -s '[:space:]' ' ')
[ "$found" = "wsrep_local_state 4 wsrep_ready ON " ]
