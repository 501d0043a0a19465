"""redis-py against a live cluster: argv is the port of the leader and that of a follower."""
import sys
import redis
from redis.cluster import RedisCluster

leader, follower = int(sys.argv[1]), int(sys.argv[2])
r = redis.Redis(port=leader)
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

c = RedisCluster(host="127.0.0.1", port=follower)
assert c.set("py:c", "cluster") and c.get("py:c") == b"cluster"
print("ok")
