"""redis-py against a live cluster: argv is the port of the leader and that of a follower, then perhaps an authority's certificate, a user and a password."""
import logging
import sys
import time
import redis
from redis.cluster import RedisCluster

leader, follower = int(sys.argv[1]), int(sys.argv[2])
logging.disable()  # of each MOVED it is sent
way = {}
if len(sys.argv) > 3:
    way = {"ssl": True, "ssl_ca_certs": sys.argv[3], "username": sys.argv[4], "password": sys.argv[5]}
r = redis.Redis(host="127.0.0.1", port=leader, **way)


def eventually(action):
    deadline = time.time() + 30
    while True:
        try:
            return action()
        except (redis.RedisError, OSError, IndexError):
            if time.time() > deadline:
                raise
            time.sleep(0.05)


def subscribed(port, channel):
    p = redis.Redis(host="127.0.0.1", port=port, **way).pubsub()
    p.subscribe(channel)
    assert p.get_message(timeout=10)["type"] == "subscribe"
    return p


def next_message(p):
    message = p.get_message(timeout=10)
    return message["type"], message["data"]


assert r.set("py:s", "v") and r.get("py:s") == b"v"
assert r.incr("py:n", 5) == 5
r.rpush("py:l", 1, 2, 3)
assert r.lrange("py:l", 0, -1) == [b"1", b"2", b"3"]
r.hset("py:h", mapping={"a": "1", "b": "2"})
assert r.hgetall("py:h") == {b"a": b"1", b"b": b"2"}
r.zadd("py:z", {"one": 1, "two": 2})
assert r.zrange("py:z", 0, -1, withscores=True) == [(b"one", 1.0), (b"two", 2.0)]
with r.pipeline(transaction=True) as p:
    assert p.set("py:t", 1).incr("py:t").get("py:t").execute() == [True, 2, b"2"]
assert r.blpop("py:l", timeout=1) == (b"py:l", b"1")

script = r.register_script("return redis.call('incrby', KEYS[1], ARGV[1])")
assert script(keys=["py:n"], args=[2]) == 7

news = subscribed(leader, "py:news")
assert r.publish("py:news", "hello") == 1
assert next_message(news) == ("message", b"hello")

# Client-side caching in RESP2: another connection is told what is stale.
told = subscribed(leader, "__redis__:invalidate")
address = "%s:%d" % told.connection._sock.getsockname()
reader = redis.Redis(host="127.0.0.1", port=leader, single_connection_client=True, **way)
reader.execute_command("CLIENT", "TRACKING", "ON", "REDIRECT", [one["id"] for one in r.client_list() if one["addr"] == address][0])
assert reader.get("py:s") == b"v"
r.set("py:s", "w")
assert next_message(told) == ("message", [b"py:s"])

# MOVED names slot 0 for all keys, as RedisRaft does: the client has to look the cluster up anew each time it is sent elsewhere.
c = RedisCluster(host="127.0.0.1", port=follower, reinitialize_steps=1, **way)
assert c.set("py:c", "cluster") and c.get("py:c") == b"cluster"

# Another node leads: the subscriber's connection ends, and both clients go on there.
assert r.execute_command("RAFT.TRANSFER_LEADER") == b"OK"
assert eventually(lambda: c.set("py:after", "failover"))
assert eventually(lambda: c.get("py:after")) == b"failover"
assert eventually(lambda: c.eval("return redis.call('get', KEYS[1])", 1, "py:after")) == b"failover"
now = eventually(lambda: r.execute_command("CLUSTER SLOTS"))[0][2][1]
assert now != leader
try:
    while news.get_message(timeout=10) is not None:
        pass
    raise AssertionError("the subscriber is still connected to a node that does not lead")
except (redis.RedisError, OSError):
    pass
news = eventually(lambda: subscribed(now, "py:news"))
assert redis.Redis(host="127.0.0.1", port=now, **way).publish("py:news", "again") == 1
assert next_message(news) == ("message", b"again")
print("ok")
