using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Redis.Server.Configuration;

namespace Redis.Server.Diagnostics;

/// <summary>
/// Where log lines go: standard output or the log file, in Redis's format
/// <c>pid:role DD Mon YYYY HH:MM:SS.mmm level message</c>. The file is opened for each line, as in Redis, so that
/// logrotate may move it away at any time. A thread of its own writes: a disk that stands still must not stop who has
/// something to say of it, least of all consensus, which then hands over.
/// </summary>
internal sealed class LogSink : IDisposable
{
    private const int MostWaiting = 10_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly BlockingCollection<byte[]> _lines = new(MostWaiting);
    private readonly Thread _thread;
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
        _thread = new Thread(Run) { Name = "log", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The letter after the process id: M leads, S follows, C neither (starting, or no member yet).</summary>
    public char Role { get; set; } = 'C';

    public void Write(LogVerbosity verbosity, string message)
    {
        string time = _clock.GetLocalNow().ToString("dd MMM yyyy HH:mm:ss.fff", CultureInfo.InvariantCulture);
        byte[] line = Encoding.UTF8.GetBytes($"{Environment.ProcessId}:{Role} {time} {Letter(verbosity)} {message}\n");
        try
        {
            _lines.TryAdd(line); // where thousands wait already, the disk is what is wrong, and that has been said
        }
        catch (InvalidOperationException)
        {
            // The process ends, and a thread that is left over has something to say.
        }
    }

    /// <summary>Writes what waits, as far as that is possible.</summary>
    public void Dispose()
    {
        _lines.CompleteAdding();
        if (_thread.Join(Patience)) _output?.Dispose();
    }

    private void Run()
    {
        foreach (byte[] line in _lines.GetConsumingEnumerable())
        {
            try
            {
                WriteLine(line);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full disk or a closed terminal must not stop the server, and there is nowhere to say so.
            }
        }
    }

    private void WriteLine(byte[] line)
    {
        if (_output is not null)
        {
            _output.Write(line);
            return;
        }

        using FileStream file = OpenFile(_path!);
        file.Write(line);
    }

    private static FileStream OpenFile(string path) => new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private static char Letter(LogVerbosity verbosity) => verbosity switch
    {
        LogVerbosity.Debug => '.',
        LogVerbosity.Verbose => '-',
        LogVerbosity.Notice => '*',
        _ => '#',
    };
}
