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

    public bool IsSecret(Command command, CommandArgs args, int index) => command.FullName switch
    {
        "auth" => index > 0,
        "acl|setuser" => index > 1,
        "hello" => IsAfter("auth"u8, 2, args, index),
        "migrate" => IsAfter("auth"u8, 1, args, index) || IsAfter("auth2"u8, 2, args, index),
        "config|set" => index > 2 && index % 2 == 1 && options.Find(Encoding.Latin1.GetString(args[index - 1])) is { } option && option.Has(OptionFlags.Sensitive),
        _ => false,
    };

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
