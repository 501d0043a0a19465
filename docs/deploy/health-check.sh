#!/bin/sh
# health-check.sh [PORT]: healthy is a node that answers, also while it loads its data or wants a password. Whether there is a leader
# is the cluster's health, not this container's: starting a node again would only make that worse. TLS and users: REDISCLI_ARGS.
# shellcheck disable=SC2086
reply=$(redis-cli -h 127.0.0.1 -p "${1:-${PORT:-6379}}" ${REDISCLI_ARGS:-} PING 2>&1)
case "$reply" in
    PONG | *NOAUTH* | *LOADING*) exit 0 ;;
esac
echo "$reply"
exit 1
