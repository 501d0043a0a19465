using System.Text;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Protocol;

namespace Redis.Server.Diagnostics;

/// <summary>One command that took long.</summary>
/// <param name="Id">Rising, never used again.</param>
/// <param name="Time">When it ended, Unix seconds.</param>
/// <param name="Microseconds">How long it took.</param>
/// <param name="Arguments">The command, shortened.</param>
/// <param name="Address">The client's host:port; empty for an entry that another node proposed.</param>
/// <param name="Name">The client's name.</param>
internal sealed record SlowLogEntry(long Id, long Time, long Microseconds, IReadOnlyList<byte[]> Arguments, string Address, string Name);

/// <summary>SLOWLOG: the latest commands that ran longer than slowlog-log-slower-than. Application's turn only.</summary>
internal sealed class SlowLog(DiagnosticsSection options, SecretArguments secrets)
{
    private const int MostArguments = 32;
    private const int LongestArgument = 128;

    private readonly LinkedList<SlowLogEntry> _entries = new();
    private long _nextId;

    public int Count => _entries.Count;

    /// <summary>Newest first.</summary>
    public IEnumerable<SlowLogEntry> Entries => _entries;

    public void Add(Command command, CommandArgs args, long microseconds, IClientIdentity? client)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        bool isLowerCase = client is { WritesLowerCase: true };
        IReadOnlyList<byte[]> words = command.Form is { } form ? [.. NamesOf(form.Of, isLowerCase || client is null), .. form.Arguments(args)]
            : args.Count > 0 ? Shorten(command, args)
            : [command.FullNameIn(isLowerCase)]; // MULTI and DISCARD are answered without being looked at again
        _entries.AddFirst(new SlowLogEntry(_nextId++, now, microseconds, words, client?.Address ?? "", client?.Name ?? ""));
        while (_entries.Count > options.SlowLogMaxLength)
        {
            _entries.RemoveLast();
        }
    }

    public void Clear() => _entries.Clear();

    private static IEnumerable<byte[]> NamesOf(Command command, bool isLowerCase) =>
        Encoding.ASCII.GetString(command.FullNameIn(isLowerCase)).Split('|').Select(Encoding.ASCII.GetBytes);

    private List<byte[]> Shorten(Command command, CommandArgs args)
    {
        List<byte[]> shortened = [];
        int shown = args.Count > MostArguments ? MostArguments - 1 : args.Count;
        for (int i = 0; i < shown; i++)
        {
            shortened.Add(secrets.IsSecret(command, args, i) ? SecretArguments.Shown : Shorten(args[i]));
        }

        if (shown < args.Count)
        {
            shortened.Add(Encoding.ASCII.GetBytes($"... ({args.Count - shown} more arguments)"));
        }

        return shortened;
    }

    private static byte[] Shorten(ReadOnlySpan<byte> argument) => argument.Length <= LongestArgument
        ? argument.ToArray()
        : [.. argument[..LongestArgument], .. Encoding.ASCII.GetBytes($"... ({argument.Length - LongestArgument} more bytes)")];
}
