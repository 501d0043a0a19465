namespace Redis.Server.Configuration;

/// <summary>The configuration cannot be used: where (a file and line, or the command line), the directive, and why.</summary>
internal sealed class ConfigurationException(string source, int line, string directive, string reason)
    : Exception($"{reason}: {directive}")
{
    /// <summary>The message as redis-server prints it.</summary>
    public string Report => line > 0
        ? $"*** FATAL CONFIG FILE ERROR ***\nReading {source}, at line {line}\n>>> '{directive}'\n{reason}"
        : $"*** FATAL CONFIG ERROR ***\nReading {source}\n>>> '{directive}'\n{reason}";
}
