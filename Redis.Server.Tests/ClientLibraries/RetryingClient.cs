using StackExchange.Redis;

namespace Redis.Server.Tests.ClientLibraries;

/// <summary>It may have happened, may happen yet, or never: look before doing it again.</summary>
internal sealed class OutcomeUnknownException(Exception inner) : Exception(inner.Message, inner);

/// <summary>The snippet of docs/clients.md.</summary>
internal sealed class RetryingClient(IConnectionMultiplexer redis)
{
    private static readonly string[] NothingHappened = ["MOVED", "CLUSTERDOWN", "NOCLUSTER", "LOADING", "TRYAGAIN", "NOTLEADER", "UNBLOCKED"];

    /// <param name="repeatable">Doing it twice is as good as once (SET, DEL, any read; not INCR, LPUSH, SPOP).</param>
    /// <param name="call">What to do.</param>
    public async Task<T> CallAsync<T>(bool repeatable, Func<IDatabase, Task<T>> call)
    {
        DateTime deadline = DateTime.UtcNow.AddSeconds(20);
        while (true)
        {
            try
            {
                return await call(redis.GetDatabase());
            }
            catch (RedisServerException answer) when (DateTime.UtcNow < deadline && NothingHappened.Any(code => answer.Message.StartsWith(code, StringComparison.Ordinal)))
            {
                // Again, at whoever leads by then.
            }
            catch (RedisConnectionException notSent) when (DateTime.UtcNow < deadline && notSent.CommandStatus == CommandStatus.WaitingToBeSent)
            {
                // The same.
            }
            catch (Exception lost) when (lost is RedisConnectionException or RedisTimeoutException || lost.Message.StartsWith("TIMEOUT", StringComparison.Ordinal))
            {
                if (!repeatable)
                    throw new OutcomeUnknownException(lost);
                if (DateTime.UtcNow > deadline)
                    throw;
            }

            await Task.Delay(100);
            await redis.ConfigureAsync(); // who leads now?
        }
    }
}
