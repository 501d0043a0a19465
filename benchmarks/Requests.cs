using System.Text;
using BenchmarkDotNet.Attributes;
using Redis.Server.Protocol;

namespace Benchmarks;

/// <summary>A client's batch on its way in: requests found in the bytes received, none of them copied.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class Requests
{
    private const int Count = 1000;

    private readonly RequestParser _parser = new();
    private byte[] _input = [];

    [Params("GET", "SET", "inline GET", "MSET of 10")]
    public string Request { get; set; } = "";

    [GlobalSetup]
    public void Write()
    {
        string value = new('v', 64);
        string[] words = Request switch
        {
            "SET" => ["SET", "key:000000000001", value],
            "MSET of 10" => ["MSET", .. Enumerable.Range(0, 10).SelectMany(i => (string[])[$"key:{i:D12}", value])],
            _ => ["GET", "key:000000000001"],
        };
        string request = Request.StartsWith("inline", StringComparison.Ordinal)
            ? string.Join(' ', words) + "\r\n"
            : $"*{words.Length}\r\n{string.Concat(words.Select(w => $"${w.Length}\r\n{w}\r\n"))}";
        _input = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(request, Count)));
    }

    [Benchmark(Description = "parse a request", OperationsPerInvoke = Count)]
    public int Parse()
    {
        int arguments = 0;
        ReadOnlySpan<byte> rest = _input;
        while (!rest.IsEmpty && _parser.Parse(rest, out int consumed) == ParseStatus.Complete)
        {
            arguments += _parser.Count;
            rest = rest[consumed..];
        }

        return arguments;
    }
}
