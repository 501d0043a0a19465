using System.Text;
using NUnit.Framework;
using Redis.Server.Protocol;

namespace Redis.Server.Tests.Protocol;

internal sealed class RequestParserTests
{
    private static readonly byte[] Pipeline = Encoding.Latin1.GetBytes(
        "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\na\r\nb\0\r\nPING\r\n*1\r\n$0\r\n\r\n*0\r\n\r\nset \"a\\x41\" 'b c'\r\n*2\r\n$3\r\nGET\r\n$1000\r\n"
        + new string('x', 1000) + "\r\n");

    private static readonly string[] Expected = ["SET|k|a\r\nb\0", "PING", "", "<none>", "<none>", "set|aA|b c", "GET|" + new string('x', 1000)];

    [Test]
    public void Any_split_gives_the_same_requests()
    {
        for (int split = 0; split <= Pipeline.Length; split++)
            Assert.That(ParseAll(Pipeline, [split, Pipeline.Length]), Is.EqualTo(Expected), $"split at {split}");
    }

    [Test]
    public void Byte_by_byte_gives_the_same_requests() =>
        Assert.That(ParseAll(Pipeline, [.. Enumerable.Range(1, Pipeline.Length)]), Is.EqualTo(Expected));

    [Test]
    public void An_inline_command_becomes_a_frame_that_parses_alike()
    {
        RequestParser parser = new();
        byte[] line = "set \"a\\x41\" 'b c'\r\n"u8.ToArray();
        Assert.That(parser.Parse(line, out int consumed), Is.EqualTo(ParseStatus.Complete));
        byte[] frame = parser.Frame(line, consumed).ToArray();
        Assert.That(Encoding.ASCII.GetString(frame), Is.EqualTo("*3\r\n$3\r\nset\r\n$2\r\naA\r\n$3\r\nb c\r\n"));
        Assert.That(Join(parser, frame), Is.EqualTo("set|aA|b c"));
    }

    [TestCase("*3\r\n$3\r\nSET\r\n", "", 4)]
    [TestCase("*3\r\n$3\r\nSET\r\n$400\r\n", "", 402)]
    public void Tells_how_much_is_missing(string text, string _, int missing)
    {
        RequestParser parser = new();
        byte[] input = Encoding.ASCII.GetBytes(text);
        Assert.That(parser.Parse(input, out int _), Is.EqualTo(ParseStatus.Incomplete));
        Assert.That(parser.Needed, Is.EqualTo(input.Length + missing));
    }

    [Test]
    public void Limits_before_authentication()
    {
        Assert.That(Error("*11\r\n", isAuthenticated: false), Is.EqualTo("ERR Protocol error: unauthenticated multibulk length"));
        Assert.That(Error("*1\r\n$16385\r\n", isAuthenticated: false), Is.EqualTo("ERR Protocol error: unauthenticated bulk length"));
    }

    /// <summary>What a client claims costs nothing before it comes.</summary>
    [Test]
    public void Announced_lengths_allocate_nothing()
    {
        RequestParser parser = new();
        byte[] input = "*2147483647\r\n$536870912\r\n"u8.ToArray();
        parser.Parse("*1\r\n$1\r\na\r\n"u8, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ParseStatus status = parser.Parse(input, out _);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(status, Is.EqualTo(ParseStatus.Incomplete));
    }

    /// <summary>Noise near the protocol's own letters: never an exception, never a request longer than the input.</summary>
    [FsCheck.NUnit.Property(MaxTest = 20_000)]
    public bool Noise_is_parsed_or_refused(byte[] choices)
    {
        byte[] letters = "*$\r\n0123456789-+ax\"'\\ \0"u8.ToArray();
        byte[] input = [.. choices.SelectMany(choice => choice % 5 == 0 ? "\r\n"u8.ToArray() : [letters[choice % letters.Length]])];
        RequestParser parser = new();
        int start = 0;
        while (start < input.Length)
        {
            ParseStatus status = parser.Parse(input.AsSpan(start), out int consumed);
            if (status == ParseStatus.Incomplete)
                return consumed == 0 && parser.Needed > input.Length - start;
            if (status == ParseStatus.Error)
                return consumed == 0 && parser.Error!.StartsWith("ERR Protocol error: ", StringComparison.Ordinal);
            if (consumed <= 0 || consumed > input.Length - start)
                return false;
            Join(parser, parser.Frame(input.AsSpan(start), consumed).ToArray());
            start += consumed;
        }

        return true;
    }

    private static string? Error(string text, bool isAuthenticated)
    {
        RequestParser parser = new() { IsAuthenticated = isAuthenticated };
        return parser.Parse(Encoding.ASCII.GetBytes(text), out _) == ParseStatus.Error ? parser.Error : null;
    }

    /// <summary>Feeds the input up to each of the ends in turn, as reads from a socket would.</summary>
    private static List<string> ParseAll(byte[] input, int[] ends)
    {
        RequestParser parser = new();
        List<string> requests = [];
        int start = 0;
        foreach (int end in ends)
        {
            while (start < end && parser.Parse(input.AsSpan(start, end - start), out int consumed) == ParseStatus.Complete)
            {
                byte[] frame = parser.Frame(input.AsSpan(start), consumed).ToArray();
                requests.Add(parser.Count == 0 ? "<none>" : Join(parser, frame));
                start += consumed;
            }
        }

        return requests;
    }

    private static string Join(RequestParser parser, byte[] frame)
    {
        CommandArgs args = parser.Args(frame);
        List<string> words = [];
        for (int i = 0; i < args.Count; i++)
            words.Add(Encoding.Latin1.GetString(args[i]));
        return string.Join('|', words);
    }
}
