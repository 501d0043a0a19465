using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Requests that enter the log in other words than they came in.</summary>
internal static class FrameRewriting
{
    /// <summary>A RESP array of these words, then of the arguments from <paramref name="first"/> on.</summary>
    public static byte[] Build(IReadOnlyList<byte[]> words, CommandArgs args, int first)
    {
        using RespWriter frame = new();
        frame.ArrayHeader(words.Count + args.Count - first);
        foreach (byte[] word in words)
        {
            frame.BulkString(word);
        }

        for (int i = first; i < args.Count; i++)
        {
            frame.BulkString(args[i]);
        }

        return frame.Written.ToArray();
    }
}
