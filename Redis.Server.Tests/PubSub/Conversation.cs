using System.Globalization;
using System.Text;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.PubSub;

/// <summary>
/// Several clients of one server, by name, and what each of them is sent: replies and pushed messages in the order of the wire.
/// A client whose name ends in 3 speaks RESP3.
/// </summary>
internal sealed class Conversation(int port) : IDisposable
{
    private readonly SortedDictionary<string, TestClient> _clients = new(StringComparer.Ordinal);
    private int _sync;

    /// <summary>What came, a line a message: "name: message".</summary>
    public List<string> Heard { get; } = [];

    /// <summary>
    /// Lines such as "a: SUBSCRIBE c1 c2" or "a: MULTI | SET k v | EXEC", which is sent in one go; {b} is the id of client b,
    /// {addr:b} its address. Quotes and escapes are those of redis-cli; # begins a comment.
    /// </summary>
    public async Task HoldAsync(string script)
    {
        foreach (string line in script.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith('#'))
                continue;
            Heard.Add("> " + line);
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            TestClient speaker = await ClientAsync(line[..colon]);
            List<Request> requests = [];
            foreach (string command in line[(colon + 2)..].Split(" | "))
                requests.Add(await RequestAsync(command)); // one by one: several may ask the same client for its id
            await speaker.SendAsync(TestClient.Encode(requests));
            await SynchronizeAsync(speaker);
        }
    }

    public void Dispose()
    {
        foreach (TestClient client in _clients.Values)
            client.Dispose();
    }

    private async Task<Request> RequestAsync(string command)
    {
        byte[][] words = Request.Parse(command).Args;
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i] is [(byte)'{', .., (byte)'}'])
                words[i] = Encoding.Latin1.GetBytes(await MeaningOfAsync(Encoding.Latin1.GetString(words[i][1..^1])));
        }

        return new Request(words);
    }

    /// <summary>A client's id; with "addr:" before its name, its address.</summary>
    private async Task<string> MeaningOfAsync(string placeholder)
    {
        string[] parts = placeholder.Split(':');
        TestClient client = await ClientAsync(parts[^1]);
        string id = (await client.CallAsync("CLIENT", "ID")).AsString;
        return parts.Length == 1 ? id : client.Address;
    }

    private async Task<TestClient> ClientAsync(string name)
    {
        if (_clients.TryGetValue(name, out TestClient? known))
            return known;
        TestClient client = await TestClient.ConnectAsync(port);
        _clients.Add(name, client);
        if (name.EndsWith('3'))
            await client.CallAsync("HELLO", "3");
        return client;
    }

    /// <summary>
    /// Lets everything come that is on its way: the answer to a PING comes behind it. The speaker first, and twice: the
    /// first PING may share a batch with the command, whose consequences for others are told after the batch.
    /// </summary>
    private async Task SynchronizeAsync(TestClient speaker)
    {
        string name = _clients.First(entry => entry.Value == speaker).Key;
        await HearAsync(name, speaker);
        foreach ((string other, TestClient client) in _clients.Prepend(new(name, speaker)).ToArray())
        {
            if (_clients.ContainsKey(other))
                await HearAsync(other, client);
        }
    }

    private async Task HearAsync(string name, TestClient client)
    {
        string token = string.Create(CultureInfo.InvariantCulture, $"sync-{_sync++}");
        try
        {
            await client.SendAsync(TestClient.Encode(new Request("PING", token)));
            while (await client.ReadAsync() is { } reply && !(reply.AsString == token || (reply.Elements is [{ AsString: "pong" }, { } last] && last.AsString == token)))
                Heard.Add($"{name}: {ReplyText.Of(reply)}");
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            Heard.Add($"{name} is closed");
            client.Dispose();
            _clients.Remove(name);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{name} gets no answer:\n{string.Join('\n', Heard.TakeLast(20))}");
        }
    }
}
