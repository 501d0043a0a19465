using System.Net;
using BenchmarkDotNet.Attributes;
using Raft.Core;
using Redis.Server.Peers;

namespace Benchmarks;

/// <summary>Messages between nodes: entries written into the bytes to send, and read from the bytes received, payloads in place.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class PeerFrames
{
    private const int Operations = 1000;
    private const int Payload = 100;

    private readonly Sink _sink = new();
    private SendQueue _queue = null!;
    private AppendRequest _message;
    private byte[] _frame = [];
    private LogEntry[] _scratch = [];

    /// <summary>Entries in a message.</summary>
    [Params(1, 100)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _queue = new SendQueue(_sink, _ => { });
        LogEntry[] entries = [.. Enumerable.Range(1, Batch).Select(i => new LogEntry(new EntryId(1, i), EntryType.Application, 0, new byte[Payload]))];
        _message = new AppendRequest(1, 1, new EntryId(0, 0), 0, 1, entries);
        Encode();
        _frame = _sink.Last[..PeerCodec.FrameLength(_sink.Last)];
    }

    [Benchmark(Description = "encode", OperationsPerInvoke = Operations)]
    public long Encode()
    {
        for (int i = 0; i < Operations; i += Batch)
        {
            PeerCodec.Write(_queue, _message);
            _queue.Flush();
        }

        return _queue.BytesSent;
    }

    [Benchmark(Description = "decode", OperationsPerInvoke = Operations)]
    public long Decode()
    {
        long bytes = 0;
        for (int i = 0; i < Operations; i += Batch)
        {
            FrameReader reader = new(_frame);
            foreach (ref readonly LogEntry entry in PeerCodec.ReadAppendRequest(ref reader, ref _scratch).Entries.Span) bytes += entry.Payload.Length;
        }

        return bytes;
    }

    /// <summary>A connection that takes everything at once.</summary>
    private sealed class Sink : Transport
    {
        private readonly byte[] _last = new byte[64 * 1024];

        public byte[] Last => _last;

        public override EndPoint? Remote => null;

        public override EndPoint? Local => null;

        public override long Handle => 0;

        public override ValueTask<int> ReceiveAsync(Memory<byte> buffer) => new(0);

        public override ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
        {
            bytes.Span.CopyTo(_last);
            return default;
        }

        public override void Shutdown()
        {
        }

        public override void Close()
        {
        }
    }
}
