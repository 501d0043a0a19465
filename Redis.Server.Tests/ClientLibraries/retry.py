import time

import redis
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, ClusterDownError, ConnectionError, MovedError, ResponseError, TimeoutError, TryAgainError
from redis.retry import Retry


class OutcomeUnknown(Exception):
    """It may have happened, may happen yet, or never: look before doing it again."""


class Cluster:
    def __init__(self, *addresses):
        self.nodes = [self.connect(host, port) for host, port in addresses]

    @staticmethod
    def connect(host, port):
        # No retries by the library: it would repeat what may have happened.
        return redis.Redis(host, port, socket_timeout=5, retry=Retry(NoBackoff(), 0), decode_responses=True)

    def follow(self, moved):
        self.nodes.insert(0, self.connect(moved.host, moved.port))
        del self.nodes[8:]
        return moved

    def call(self, *command, repeatable=False, patience=20):
        """repeatable: doing it twice is as good as once (SET, DEL, any read; not INCR, LPUSH, SPOP)."""
        deadline = time.monotonic() + patience
        while True:
            try:
                return self.nodes[0].execute_command(*command)
            except MovedError as moved:
                error = self.follow(moved)
            except (ClusterDownError, TryAgainError, BusyLoadingError) as nothing_happened:
                error = nothing_happened
            except (ConnectionError, TimeoutError) as lost:
                if not repeatable and "connecting to" not in str(lost):
                    raise OutcomeUnknown from lost
                error = lost
            except ResponseError as answer:
                code, _, rest = str(answer).partition(" ")
                if code == "TIMEOUT" and not repeatable:
                    raise OutcomeUnknown from answer
                if code == "MOVED":  # redis-py 4 knows its meaning in RedisCluster only
                    error = self.follow(MovedError(rest))
                elif code in ("CLUSTERDOWN", "TRYAGAIN", "NOCLUSTER", "NOTLEADER", "TIMEOUT", "UNBLOCKED"):
                    error = answer
                else:
                    raise
            if time.monotonic() > deadline:
                raise error
            if not isinstance(error, MovedError):
                self.nodes.append(self.nodes.pop(0))  # another one may know better
            time.sleep(0.1)
