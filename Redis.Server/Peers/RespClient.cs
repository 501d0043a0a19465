using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace Redis.Server.Peers;

/// <summary>A reply, for the few places where a node is a client of another: text, integer, array, null or error.</summary>
internal sealed record RespReply(string? Text, IReadOnlyList<RespReply>? Items, bool IsError)
{
    public override string ToString() => Items is null ? Text ?? "(nil)" : string.Join(' ', Items);
}

/// <summary>A plain RESP2 client for operators' errands (joining, local-cluster, status): one request at a time.</summary>
internal sealed class RespClient(Transport transport) : IDisposable
{
    private readonly Pipe _input = new();

    /// <summary>Sends a command and waits for its reply, error replies included.</summary>
    /// <exception cref="IOException">The connection ended or the other side does not speak RESP.</exception>
    public async Task<RespReply> CallAsync(IReadOnlyList<string> words, CancellationToken cancellation)
    {
        StringBuilder request = new();
        request.Append(CultureInfo.InvariantCulture, $"*{words.Count}\r\n");
        foreach (string word in words)
        {
            request.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        }

        using CancellationTokenRegistration closing = cancellation.Register(transport.Close);
        await transport.SendAsync(Encoding.UTF8.GetBytes(request.ToString())).ConfigureAwait(false);
        return await ReadReplyAsync().ConfigureAwait(false);
    }

    public void Dispose() => transport.Close();

    private async Task<RespReply> ReadReplyAsync()
    {
        string line = await ReadLineAsync().ConfigureAwait(false);
        string rest = line[1..];
        switch (line[0])
        {
            case '+' or ':' or ',' or '#' or '(':
                return new RespReply(rest, null, false);
            case '-':
                return new RespReply(rest, null, true);
            case '_':
                return new RespReply(null, null, false);
            case '$' or '=':
                int length = ParseLength(rest);
                return new RespReply(length < 0 ? null : await ReadBulkAsync(length).ConfigureAwait(false), null, false);
            case '*' or '%' or '~' or '>':
                int count = ParseLength(rest) * (line[0] == '%' ? 2 : 1);
                List<RespReply> items = [];
                for (int i = 0; i < count; i++)
                {
                    items.Add(await ReadReplyAsync().ConfigureAwait(false));
                }

                return new RespReply(null, count < 0 ? null : items, false);
            default:
                throw new IOException($"not a RESP reply: '{line}'");
        }
    }

    private static int ParseLength(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int length)
        ? length
        : throw new IOException($"not a RESP length: '{text}'");

    private async Task<string> ReadLineAsync()
    {
        while (true)
        {
            if (_input.Reader.TryRead(out ReadResult result))
            {
                if (TryTakeLine(result.Buffer, out string? line))
                {
                    return line.Length > 0 ? line : throw new IOException("an empty RESP reply");
                }

                _input.Reader.AdvanceTo(result.Buffer.Start);
            }

            await FillAsync().ConfigureAwait(false);
        }
    }

    private bool TryTakeLine(ReadOnlySequence<byte> buffer, out string line)
    {
        SequenceReader<byte> reader = new(buffer);
        bool found = reader.TryReadTo(out ReadOnlySequence<byte> bytes, "\r\n"u8);
        line = found ? Encoding.UTF8.GetString(bytes) : "";
        if (found)
        {
            _input.Reader.AdvanceTo(reader.Position);
        }

        return found;
    }

    private async Task<string> ReadBulkAsync(int length)
    {
        while (true)
        {
            if (_input.Reader.TryRead(out ReadResult result))
            {
                if (result.Buffer.Length >= length + 2)
                {
                    string text = Encoding.UTF8.GetString(result.Buffer.Slice(0, length));
                    _input.Reader.AdvanceTo(result.Buffer.GetPosition(length + 2));
                    return text;
                }

                _input.Reader.AdvanceTo(result.Buffer.Start);
            }

            await FillAsync().ConfigureAwait(false);
        }
    }

    private async Task FillAsync()
    {
        int received = await transport.ReceiveAsync(_input.Writer.GetMemory(4096)).ConfigureAwait(false);
        if (received == 0)
        {
            throw new IOException("the connection was closed");
        }

        _input.Writer.Advance(received);
        _ = await _input.Writer.FlushAsync().ConfigureAwait(false);
    }
}
