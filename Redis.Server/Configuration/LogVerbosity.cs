namespace Redis.Server.Configuration;

/// <summary>Redis's log levels, the most talkative first.</summary>
internal enum LogVerbosity
{
    Debug,
    Verbose,
    Notice,
    Warning,
}
