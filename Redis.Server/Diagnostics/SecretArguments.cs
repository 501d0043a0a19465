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
        "hello" => IsAfterAuth(args, index),
        "migrate" => IsAfterAuth(args, index),
        "config|set" => index > 2 && index % 2 == 1 && options.Find(Encoding.Latin1.GetString(args[index - 1])) is { } option && option.Has(OptionFlags.Sensitive),
        _ => false,
    };

    /// <summary>AUTH user password, AUTH password and AUTH2 user password.</summary>
    private static bool IsAfterAuth(CommandArgs args, int index)
    {
        for (int i = Math.Max(1, index - 2); i < index; i++)
        {
            if (args.Is(i, "auth"u8) || args.Is(i, "auth2"u8))
            {
                return true;
            }
        }

        return false;
    }
}
