using System.Diagnostics;
using System.Text;
using NUnit.Framework;
using Redis.Server.Keyspace;
using Redis.Server.Keyspace.Snapshots;

namespace Redis.Server.Tests.Oracle;

/// <summary>Files of a real redis-server are loaded by us, ours by it, and the data is the same, key by key.</summary>
internal sealed class RdbInteropTests
{
    private static readonly string[] Small = ["0", "1", "-1", "12", "13", "127", "128", "4095", "-4096", "32768", "-8388608", "2147483648", "9223372036854775807", "a"];

    [TestCase("yes")]
    [TestCase("no")]
    public void A_file_of_redis_server_is_loaded(string compression)
    {
        using OracleConnection oracle = OracleServer.Connect(2);
        string path = Fill(oracle, compression);
        Run(oracle, "SAVE");

        using LocalExecutor local = new();
        using FileStream file = File.OpenRead(path);
        RdbReader reader = new(file, new DataOptions());
        reader.Load(local.Keyspace);

        Assert.That(reader.KeysRead, Is.EqualTo(long.Parse(Run(oracle, "DBSIZE").AsString, null)));
        AssertSame(oracle, local);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Our_file_is_loaded_by_redis_server(bool compress)
    {
        using OracleConnection oracle = OracleServer.Connect(2);
        string path = Fill(oracle, "yes");
        using LocalExecutor local = new();
        foreach (Request request in Dataset())
            local.RunRaw(request);

        // Writes go on while it is taken: some keys stand out of order, with the field that says so.
        SnapshotSink sink = new(long.MaxValue);
        using SnapshotView view = SnapshotView.Begin(
            local.Keyspace, [new("raft-binary"u8.ToArray(), [0, 255, 13, 10])], sink, compress);
        view.Step(10_000);
        for (int i = 0; i < 50; i++)
        {
            local.RunRaw(new Request("SET", $"text {i}", "changed"));
            local.RunRaw(new Request("DEL", $"text {i + 50}"));
            view.Step(1000);
        }

        while (!view.Step(100_000))
        {
        }

        using (FileStream file = File.Create(path))
            sink.WriteTo(file);
        Assert.That(Check(path), Does.Contain("RDB looks OK"));
        Assert.That(Run(oracle, "DEBUG", "RELOAD", "NOSAVE").AsString, Is.EqualTo("OK"));

        using LocalExecutor expected = new() { Now = local.Now };
        foreach (Request request in Dataset())
            expected.RunRaw(request);
        AssertSame(oracle, expected);
    }

    [Test]
    public void Payloads_of_redis_server_are_restored_and_ours_by_it()
    {
        using OracleConnection oracle = OracleServer.Connect(2);
        Fill(oracle, "yes");
        using LocalExecutor local = new();
        byte[][] keys = [.. Run(oracle, "KEYS", "*").Elements.Select(element => element.Text)];
        foreach (byte[] key in keys)
            local.RunRaw(new Request([.. Words("RESTORE"), key, .. Words("0"), Run(oracle, Words("DUMP"), key).Text]));
        AssertSame(oracle, local, expiry: false);

        Run(oracle, "FLUSHALL");
        foreach (byte[] key in keys)
        {
            Reply restored = oracle.Run([new Request([.. Words("RESTORE"), key, .. Words("0"), local.Run(new Request([.. Words("DUMP"), key])).Text])])[0];
            Assert.That(restored.AsString, Is.EqualTo("OK"));
        }

        AssertSame(oracle, local, expiry: false);
    }

    private static string Fill(OracleConnection oracle, string compression)
    {
        Run(oracle, "FLUSHALL");
        Run(oracle, "CONFIG", "SET", "rdbcompression", compression);
        foreach (Request request in Dataset())
            Assert.That(oracle.Run([request])[0].Kind, Is.Not.EqualTo('-'), request.ToString());
        return Path.Combine(
            Run(oracle, "CONFIG", "GET", "dir").Elements[1].AsString, Run(oracle, "CONFIG", "GET", "dbfilename").Elements[1].AsString);
    }

    /// <summary>Every type in every encoding, small and large, integers, what compresses and what does not.</summary>
    private static IEnumerable<Request> Dataset()
    {
        Random random = new(3);
        foreach (string text in Small)
            yield return new Request("SET", $"string {text}", text, "EXAT", "4102444800");
        for (int i = 0; i < 100; i++)
            yield return new Request("SET", $"text {i}", $"value {i} {new string('z', i * 10)}");
        byte[] noise = new byte[3000];
        random.NextBytes(noise);
        yield return new Request(["SET"u8.ToArray(), [0, 255, 10], noise]);
        yield return new Request("SETRANGE", "long", "600000", "end");
        yield return new Request("PFADD", "estimate", "a", "b", "c");
        foreach (int size in (int[])[1, 10, 600])
        {
            string[] numbers = [.. Enumerable.Range(0, size).Select(i => $"{(long)i * i * i * 31 - 100}")];
            string[] words = [.. Enumerable.Range(0, size).Select(i => $"word {i} {new string((char)('a' + i % 26), i % 80)}")];
            yield return new Request(["RPUSH", $"list of numbers {size}", .. numbers, .. Small]);
            yield return new Request(["RPUSH", $"list of words {size}", .. words]);
            yield return new Request(["SADD", $"integers {size}", .. numbers]);
            yield return new Request(["SADD", $"small integers {size}", .. Enumerable.Range(-size / 2, size).Select(i => $"{i}")]);
            yield return new Request(["SADD", $"set {size}", .. words]);
            yield return new Request(["HSET", $"hash {size}", .. numbers.SelectMany(number => new[] { number, $"v{number}" })]);
            yield return new Request(["HSET", $"hash of words {size}", .. words.SelectMany(word => new[] { word, "1" })]);
            yield return new Request(["ZADD", $"sorted {size}", .. numbers.SelectMany((number, i) => new[] { $"{i / 3.0:R}", number })]);
            yield return new Request(["ZADD", $"sorted words {size}", .. words.SelectMany((word, i) => new[] { $"{-i}", word })]);
        }

        yield return new Request("ZADD", "ends", "inf", "top", "-inf", "bottom", "1e300", "high", "0.1", "low");
        yield return new Request(["RPUSH", "large elements", new string('q', 20_000), new string('r', 9000), "s"]);
    }

    private static void AssertSame(OracleConnection oracle, LocalExecutor local, bool expiry = true)
    {
        string[] keys = [.. Run(oracle, "KEYS", "*").Elements.Select(element => element.AsString).Order(StringComparer.Ordinal)];
        Assert.That(
            Enumerable.Range(0, local.Keyspace.Count).Select(i => Encoding.Latin1.GetString(local.Keyspace.KeyAt(i))).Order(StringComparer.Ordinal),
            Is.EqualTo(keys));
        foreach (string key in keys)
        {
            Request read = Run(oracle, "TYPE", key).AsString switch
            {
                "string" => new Request("GET", key),
                "list" => new Request("LRANGE", key, "0", "-1"),
                "set" => new Request("SMEMBERS", key),
                "hash" => new Request("HGETALL", key),
                _ => new Request("ZRANGE", key, "0", "-1", "WITHSCORES"),
            };
            int group = read.Name == "hgetall" ? 2 : 1;
            bool isOrdered = read.Name is not ("smembers" or "hgetall");
            Assert.That(Parts(local.Run(read), group, isOrdered), Is.EqualTo(Parts(oracle.Run([read])[0], group, isOrdered)), key);
            // How a short string came about (raw after APPEND) does not outlive a file.
            if (read.Name != "get")
                Assert.That(local.Run(new Request("OBJECT", "ENCODING", key)).AsString, Is.EqualTo(Run(oracle, "OBJECT", "ENCODING", key).AsString), key);
            if (expiry)
                Assert.That(local.Run(new Request("PEXPIRETIME", key)).AsString, Is.EqualTo(Run(oracle, "PEXPIRETIME", key).AsString), key);
        }
    }

    private static string[] Parts(Reply reply, int group, bool isOrdered)
    {
        if (reply.Elements.Length == 0)
            return [reply.AsString];
        IEnumerable<string> parts = reply.Elements.Chunk(group).Select(chunk => string.Concat(chunk.Select(part => part.ToString())));
        return [.. isOrdered ? parts : parts.Order(StringComparer.Ordinal)];
    }

    private static string Check(string path)
    {
        using Process process = Process.Start(new ProcessStartInfo("redis-check-rdb", [path]) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    private static Reply Run(OracleConnection oracle, params string[] words) => oracle.Run([new Request(words)])[0];

    private static Reply Run(OracleConnection oracle, byte[][] words, byte[] last) => oracle.Run([new Request([.. words, last])])[0];

    private static byte[][] Words(string word) => [Encoding.ASCII.GetBytes(word)];
}
