using Redis.Server.Commands;
using Redis.Server.Protocol;
using Redis.Server.PubSub;

namespace Redis.Server.Diagnostics;

/// <summary>MONITOR: shows the commands that this node's clients run, as they run, to those who asked. Application's turn only.</summary>
internal sealed class MonitorFeed(SecretArguments secrets) : ICallWitness
{
    private readonly HashSet<ISubscriber> _monitors = [];

    /// <summary>The line in the making.</summary>
    private RespWriter Line { get; } = new();

    /// <summary>Clients that watch.</summary>
    public int Count => _monitors.Count;

    public void Add(ISubscriber monitor) => _monitors.Add(monitor);

    public void Remove(ISubscriber monitor) => _monitors.Remove(monitor);

    public bool Contains(ISubscriber monitor) => _monitors.Contains(monitor);

    /// <summary>A command ran. What is for administrators only is not shown to monitors.</summary>
    public void Show(Command command, CommandArgs args, string address, bool isLowerCase = false)
    {
        if ((command.Flags & (CommandFlags.Admin | CommandFlags.SkipMonitor)) == 0)
        {
            Write(command, args, address, isLowerCase);
        }
    }

    /// <summary>A script begins: it is shown before what it calls.</summary>
    public void ShowScript(Command command, CommandArgs args, string address) => Write(command, args, address, isLowerCase: false);

    /// <summary>The script calls a command.</summary>
    public void Called(Command command, CommandArgs args) => Show(command, args, "lua");

    private void Write(Command command, CommandArgs args, string address, bool isLowerCase)
    {
        long microseconds = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        Line.Clear();
        Line.Raw(System.Text.Encoding.Latin1.GetBytes($"+{microseconds / 1_000_000}.{microseconds % 1_000_000:000000} [0 {address}]"));
        if (args.Count == 0)
        {
            // A command that stands for several (EXEC), or one that was answered without being looked at again (MULTI).
            Quote(command.FullNameIn(isLowerCase));
        }

        for (int i = 0; i < args.Count; i++)
        {
            Quote(secrets.IsSecret(command, args, i) ? "(redacted)"u8 : args[i]);
        }

        Line.Raw("\r\n"u8);
        foreach (ISubscriber monitor in _monitors)
        {
            monitor.Push(Line.Written);
        }
    }

    /// <summary>As Redis's sdscatrepr: printable bytes as they are, the others escaped.</summary>
    private void Quote(ReadOnlySpan<byte> argument)
    {
        Line.Raw(" \""u8);
        Span<byte> hex = stackalloc byte[4];
        for (int i = 0; i < argument.Length; i++)
        {
            byte b = argument[i];
            switch (b)
            {
                case (byte)'\\' or (byte)'"':
                    Line.Raw("\\"u8);
                    Line.Raw(argument.Slice(i, 1));
                    break;
                case (byte)'\n':
                    Line.Raw("\\n"u8);
                    break;
                case (byte)'\r':
                    Line.Raw("\\r"u8);
                    break;
                case (byte)'\t':
                    Line.Raw("\\t"u8);
                    break;
                case 7:
                    Line.Raw("\\a"u8);
                    break;
                case 8:
                    Line.Raw("\\b"u8);
                    break;
                case >= 32 and < 127:
                    Line.Raw(argument.Slice(i, 1));
                    break;
                default:
                    hex[0] = (byte)'\\';
                    hex[1] = (byte)'x';
                    hex[2] = (byte)"0123456789abcdef"[b >> 4];
                    hex[3] = (byte)"0123456789abcdef"[b & 15];
                    Line.Raw(hex);
                    break;
            }
        }

        Line.Raw("\""u8);
    }
}
