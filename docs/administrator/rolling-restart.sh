# Restarts all collectors behind HAProxy, one after the other; a test runs this very file.
set -e
SERVERS=${SERVERS:-dirac1=dirac1.example.org:8443 dirac2=dirac2.example.org:8443}  # yours: HAProxy's name=address
ADMIN=${ADMIN:-/run/haproxy/admin.sock}
restart() { ${RESTART:-ssh} "$1" dirac-restart-component Tornado Tornado; }         # yours
state() { echo "set server collectors/$1 state $2" | socat stdio "$ADMIN"; }
for server in $SERVERS; do
    state "${server%%=*}" drain; sleep 2
    restart "${server%%=*}"; until curl -ks -o /dev/null "https://${server#*=}/"; do sleep 1; done
    state "${server%%=*}" ready; sleep 10
done
