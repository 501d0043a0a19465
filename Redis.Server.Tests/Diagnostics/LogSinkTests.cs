using Microsoft.Extensions.Logging;
using NUnit.Framework;
using Redis.Server.Configuration;
using Redis.Server.Diagnostics;

namespace Redis.Server.Tests.Diagnostics;

internal sealed class LogSinkTests
{
    private string _directory = "";

    private string LogFile => Path.Combine(_directory, "node.log");

    [SetUp]
    public void CreateDirectory() => _directory = Directory.CreateTempSubdirectory("log-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void Lines_LookLikeThoseOfRedis()
    {
        using (LogSink sink = new(LogFile, new StoppedClock()))
        {
            sink.Write(LogVerbosity.Notice, "Ready");
            sink.Role = 'M';
            sink.Write(LogVerbosity.Warning, "Disk is slow");
        }

        int pid = Environment.ProcessId;
        Assert.That(File.ReadAllLines(LogFile), Is.EqualTo(new[]
        {
            $"{pid}:C 05 Mar 2026 07:08:09.010 * Ready",
            $"{pid}:M 05 Mar 2026 07:08:09.010 # Disk is slow",
        }));
    }

    [Test]
    public void File_MayBeMovedAwayAtAnyTime()
    {
        using (LogSink sink = new(LogFile, new StoppedClock()))
        {
            sink.Write(LogVerbosity.Notice, "one");
            Assert.That(SpinWait.SpinUntil(() => new FileInfo(LogFile).Length > 0, TimeSpan.FromSeconds(10)));
            File.Move(LogFile, LogFile + ".1");
            sink.Write(LogVerbosity.Notice, "two");
        }

        Assert.That(File.ReadAllText(LogFile), Does.EndWith("* two\n").And.Not.Contain("one"));
    }

    [Test]
    public void LogLevel_TakesEffectWhenSet()
    {
        ServerOptions options = new();
        using (LogSink sink = new(LogFile, new StoppedClock()))
        using (ILoggerFactory loggers = RedisLogProvider.CreateFactory(options, sink))
        {
            ILogger logger = loggers.CreateLogger("Redis.Server.Clients.Listener");
            logger.LogDebug("hidden");
            options.Table.Set([("loglevel", "verbose")]);
            logger.LogDebug("verbose");
            options.Table.Set([("loglevel", "warning")]);
            logger.LogInformation("hidden");
            logger.LogError("error");
        }

        Assert.That(File.ReadAllLines(LogFile).Select(l => l[^9..]), Is.EqualTo(new[] { "- verbose", "0 # error" }));
    }

    [Test]
    public void RaftLogLevel_ConcernsConsensusOnly()
    {
        ServerOptions options = new();
        using LogSink sink = new(LogFile, new StoppedClock());
        using ILoggerFactory loggers = RedisLogProvider.CreateFactory(options, sink);
        options.Table.Set([("raft.loglevel", "warning")]);
        Assert.Multiple(() =>
        {
            Assert.That(loggers.CreateLogger("Redis.Server.Replication.Consensus").IsEnabled(LogLevel.Information), Is.False);
            Assert.That(loggers.CreateLogger("Redis.Server.Replication.Consensus").IsEnabled(LogLevel.Warning), Is.True);
            Assert.That(loggers.CreateLogger("Redis.Server.Clients.Listener").IsEnabled(LogLevel.Information), Is.True);
        });
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 3, 5, 7, 8, 9, 10, TimeSpan.Zero);
    }
}
