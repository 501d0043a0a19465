using System.Text;
using Redis.Server.Commands;

namespace Redis.Server.Diagnostics;

/// <summary>INFO commandstats, errorstats and latencystats: counted on the application's turn, where commands run one at a time.</summary>
internal sealed class CommandStatistics
{
    // Codes are whatever stands first in an error; a script can make up any number of them.
    private const int MostErrorCodes = 128;
    private const int LongestErrorCode = 30;

    private readonly Dictionary<string, long> _errors = [];
    private CommandRecord?[] _records = new CommandRecord?[512];
    private long _processed;

    /// <summary>Commands run since start. Any thread.</summary>
    public long Processed => Volatile.Read(ref _processed);

    /// <summary>Error replies since start.</summary>
    public long Errors { get; private set; }

    /// <summary>The commands that were called, in the order of their rows.</summary>
    public IEnumerable<CommandRecord> Records => _records.OfType<CommandRecord>();

    /// <summary>Error codes and how often each was answered.</summary>
    public IEnumerable<KeyValuePair<string, long>> ErrorCodes => _errors.OrderBy(error => error.Key, StringComparer.Ordinal);

    public CommandRecord? Find(Command command) => command.Ordinal < _records.Length ? _records[command.Ordinal] : null;

    public void Ran(Command command, long nanoseconds, bool failed, bool isTracked)
    {
        _processed++;
        RecordOf(command).Ran(nanoseconds, failed, isTracked);
    }

    public void Rejected(Command command) => RecordOf(command).CountRejected();

    /// <summary>Counts an error reply by its code, the first word; without a space near its beginning it has none, and counts as ERR.</summary>
    public void CountError(ReadOnlySpan<byte> text)
    {
        Errors++;
        int end = text[..Math.Min(text.Length, LongestErrorCode + 1)].IndexOf((byte)' ');
        string code = end < 0 ? "ERR" : Encoding.Latin1.GetString(text[..end]);
        if (_errors.TryGetValue(code, out long count) || _errors.Count < MostErrorCodes)
        {
            _errors[code] = count + 1;
        }
    }

    /// <summary>CONFIG RESETSTAT.</summary>
    public void Reset()
    {
        Array.Clear(_records);
        _errors.Clear();
        Errors = 0;
        Volatile.Write(ref _processed, 0);
    }

    private CommandRecord RecordOf(Command command)
    {
        if (command.Ordinal >= _records.Length)
        {
            Array.Resize(ref _records, command.Ordinal + 64);
        }

        return _records[command.Ordinal] ??= new CommandRecord(command);
    }
}
