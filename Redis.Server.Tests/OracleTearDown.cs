using NUnit.Framework;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests;

/// <summary>Ends the real redis-server after the last test.</summary>
[SetUpFixture]
internal sealed class OracleTearDown
{
    [OneTimeTearDown]
    public void Stop() => OracleServer.Stop();
}
