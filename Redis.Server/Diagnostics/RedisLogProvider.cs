using Microsoft.Extensions.Logging;
using Redis.Server.Configuration;

namespace Redis.Server.Diagnostics;

/// <summary>
/// Microsoft.Extensions.Logging in Redis's format and with Redis's levels: Trace is debug, Debug verbose, Information
/// notice, everything above warning. loglevel and raft.loglevel take effect as soon as they are set.
/// </summary>
internal sealed class RedisLogProvider(ServerOptions options, LogSink sink) : ILoggerProvider
{
    /// <summary>A factory whose loggers write to <paramref name="sink"/>; it does not own the sink.</summary>
    public static ILoggerFactory CreateFactory(ServerOptions options, LogSink sink) => LoggerFactory.Create(builder =>
    {
        builder.SetMinimumLevel(LogLevel.Trace);
        builder.AddProvider(new RedisLogProvider(options, sink));
    });

    public ILogger CreateLogger(string categoryName) => new Logger(options, sink, IsConsensus(categoryName));

    public void Dispose()
    {
        // The sink belongs to whoever made it.
    }

    private static bool IsConsensus(string category) =>
        category.StartsWith("Raft.", StringComparison.Ordinal)
        || category.StartsWith("Redis.Server.Replication", StringComparison.Ordinal)
        || category.StartsWith("Redis.Server.Peers", StringComparison.Ordinal);

    private sealed class Logger(ServerOptions options, LogSink sink, bool isConsensus) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel)
        {
            if (logLevel == LogLevel.None) return false;
            LogVerbosity verbosity = Verbosity(logLevel);
            return verbosity >= options.LogLevel && (!isConsensus || verbosity >= options.Raft.LogLevel);
        }

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            string message = formatter(state, exception);
            sink.Write(Verbosity(logLevel), exception is null ? message : $"{message}\n{exception}");
        }

        private static LogVerbosity Verbosity(LogLevel level) => level switch
        {
            LogLevel.Trace => LogVerbosity.Debug,
            LogLevel.Debug => LogVerbosity.Verbose,
            LogLevel.Information => LogVerbosity.Notice,
            _ => LogVerbosity.Warning,
        };
    }
}
