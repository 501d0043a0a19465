#!/bin/sh
# Options (or a configuration file and options) start a node with its data in /data; anything else is run as it is.
#
# The address that others reach the node by, where no option says it: RAFT_ADDR; else the host name and the port, if the host name
# has a dot, as one that was given on purpose has (NODE.redisraft.host). A container's own name, 12 hexadecimal digits, changes with
# each container and is no address to remember.
#
# Protected mode is off, as in Redis's own images: whoever can reach the container's network is served, the other nodes among them. A
# configuration file says that for itself.
set -eu

case "${1:-}" in
    '' | -*) ;;
    *.conf) ;;
    redis-raft-server | redis-server) shift ;;  # a stack that was written for redis-server with the RedisRaft module
    *) exec "$@" ;;
esac

port=6379
address=${RAFT_ADDR:-}
previous=
for word in "$@"; do
    case "$previous" in
        --port | --tls-port) [ "$word" = 0 ] || port=$word ;;
        --raft.addr) address=given ;;
    esac
    previous=$word
done

if [ -z "$address" ]; then
    name=$(hostname)
    case "$name" in
        *.*) address=$name:$port ;;
    esac
fi

case "${1:-}" in
    *.conf) file=$1; shift; set -- "$file" --dir "${DATA_DIR:-/data}" "$@" ;;
    *) set -- --dir "${DATA_DIR:-/data}" --protected-mode no "$@" ;;
esac
case "$address" in
    '' | given) ;;
    *) set -- "$@" --raft.addr "$address" ;;
esac
exec redis-raft-server "$@"
