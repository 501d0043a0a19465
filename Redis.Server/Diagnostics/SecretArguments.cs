using System.Text;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Protocol;

namespace Redis.Server.Diagnostics;

/// <summary>Which arguments are passwords, and so are shown to nobody.</summary>
internal sealed class SecretArguments(OptionTable options)
{
    /// <summary>What is shown in the place of one.</summary>
    public static byte[] Shown { get; } = "(redacted)"u8.ToArray();

    public bool IsSecret(Command command, CommandArgs args, int index) => IsSecret(command.FullName, args, index);

    /// <summary>The request with all passwords hidden.</summary>
    public byte[] Hide(Command command, byte[] frame)
    {
        RequestParser parser = new() { MaxBulkLength = int.MaxValue };
        parser.Parse(frame, out _);
        CommandArgs args = parser.Args(frame);
        List<byte[]> words = [];
        for (int i = 0; i < args.Count; i++)
        {
            words.Add(IsSecret(command, args, i) ? Shown : args[i].ToArray());
        }

        return FrameRewriting.Build(words, default, 0);
    }

    private bool IsSecret(string name, CommandArgs args, int index) => name switch
    {
        "auth" => index > 0,
        "acl|setuser" => index > 1,
        "hello" => IsAfter("auth"u8, 2, args, index),
        "migrate" => IsAfter("auth"u8, 1, args, index) || IsAfter("auth2"u8, 2, args, index),
        "raft.debug" => index > 2 && args.Is(1, "exec"u8) && IsSecret(NameIn(args.From(2)), args.From(2), index - 2),
        "config|set" => index > 2 && index % 2 == 1 && IsSensitive(Encoding.Latin1.GetString(args[index - 1])),
        "raft.config" => index == 3 && (IsSensitive(Encoding.Latin1.GetString(args[2])) || IsSensitive($"raft.{Encoding.Latin1.GetString(args[2])}")),
        _ => false,
    };

    private bool IsSensitive(string option) => options.Find(option)?.Has(OptionFlags.Sensitive) == true;

    /// <summary>The full name of the command in a request.</summary>
    private static string NameIn(CommandArgs args)
    {
        string name = Encoding.Latin1.GetString(args[0]).ToLowerInvariant();
        return name is "acl" or "config" && args.Count > 1 ? $"{name}|{Encoding.Latin1.GetString(args[1]).ToLowerInvariant()}" : name;
    }

    /// <summary>Whether the argument is one of so many behind a word.</summary>
    private static bool IsAfter(ReadOnlySpan<byte> word, int count, CommandArgs args, int index)
    {
        for (int i = Math.Max(1, index - count); i < index; i++)
        {
            if (args.Is(i, word))
            {
                return true;
            }
        }

        return false;
    }
}
