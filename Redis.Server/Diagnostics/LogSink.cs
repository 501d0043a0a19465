using System.Globalization;
using System.Text;
using Redis.Server.Configuration;

namespace Redis.Server.Diagnostics;

/// <summary>
/// Where log lines go: standard output or the log file, in Redis's format
/// <c>pid:role DD Mon YYYY HH:MM:SS.mmm level message</c>. The file is opened for each line, as in Redis, so that
/// logrotate may move it away at any time.
/// </summary>
internal sealed class LogSink : IDisposable
{
    private readonly Lock _writing = new();
    private readonly string? _path;
    private readonly Stream? _output;
    private readonly TimeProvider _clock;

    /// <summary>Logs to the options' log file, or to standard output.</summary>
    public LogSink(ServerOptions options)
        : this(options.LogFile.Length > 0 ? options.PathOf(options.LogFile) : null, TimeProvider.System)
    {
    }

    public LogSink(string? path, TimeProvider clock)
    {
        _path = path;
        _clock = clock;
        if (path is null) _output = Console.OpenStandardOutput();
        else OpenFile(path).Dispose(); // a log file that cannot be written is noticed at start
    }

    /// <summary>The letter after the process id: M leads, S follows, C neither (starting, or no member yet).</summary>
    public char Role { get; set; } = 'C';

    public void Write(LogVerbosity verbosity, string message)
    {
        string time = _clock.GetLocalNow().ToString("dd MMM yyyy HH:mm:ss.fff", CultureInfo.InvariantCulture);
        byte[] line = Encoding.UTF8.GetBytes($"{Environment.ProcessId}:{Role} {time} {Letter(verbosity)} {message}\n");
        lock (_writing)
        {
            try
            {
                if (_output is not null)
                {
                    _output.Write(line);
                    return;
                }
                using FileStream file = OpenFile(_path!);
                file.Write(line);
            }
            catch (IOException)
            {
                // A full disk or a closed terminal must not stop the server, and there is nowhere to say so.
            }
        }
    }

    public void Dispose() => _output?.Dispose();

    private static FileStream OpenFile(string path) => new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private static char Letter(LogVerbosity verbosity) => verbosity switch
    {
        LogVerbosity.Debug => '.',
        LogVerbosity.Verbose => '-',
        LogVerbosity.Notice => '*',
        _ => '#',
    };
}
