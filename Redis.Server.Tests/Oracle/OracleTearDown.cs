using NUnit.Framework;

namespace Redis.Server.Tests.Oracle;

/// <summary>Ends the real redis-server after the last test of this namespace.</summary>
[SetUpFixture]
internal sealed class OracleTearDown
{
    [OneTimeTearDown]
    public void Stop() => OracleServer.Stop();
}
