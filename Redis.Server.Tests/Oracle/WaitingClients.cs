using System.Diagnostics;
using System.Globalization;
using System.Text;
using Redis.Server.Tests.Cluster;

namespace Redis.Server.Tests.Oracle;

/// <summary>Clients of one server by name, some of which may wait. What each of them receives after each line is noted.</summary>
internal sealed class WaitingClients : IDisposable
{
    private readonly SortedDictionary<string, OracleConnection> _clients = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _ids = [];
    private readonly Dictionary<string, int> _unanswered = [];
    private readonly SortedDictionary<string, string> _heard = new(StringComparer.Ordinal);
    private readonly OracleConnection _control;
    private readonly int _port;
    private readonly int _version;

    public WaitingClients(int port, int version)
    {
        (_port, _version) = (port, version);
        _control = new OracleConnection(port, version);
        _control.Run([new Request("FLUSHALL")]);
    }

    /// <summary>
    /// Says a line, such as "a: BLPOP k 0" or "a: MULTI | LPUSH k v | EXEC"; {b} is the id of client b. "a hears" says nothing, and
    /// waits until client a receives something.
    /// </summary>
    public void Say(string line)
    {
        _heard.Clear();
        if (line.EndsWith(" hears", StringComparison.Ordinal))
        {
            string listener = line[..^" hears".Length];
            Until(() => _heard.ContainsKey(listener));
            return;
        }

        int colon = line.IndexOf(": ", StringComparison.Ordinal);
        OracleConnection speaker = Client(line[..colon]);
        foreach (string command in line[(colon + 2)..].Split(" | "))
        {
            speaker.Send(WithIds(command));
            _unanswered[line[..colon]]++;
        }
    }

    /// <summary>Whether the speaker of a line still waits for a reply. What Redis has not read of it when it leaves is lost, and here is not.</summary>
    public bool IsBusy(string line) => _unanswered.GetValueOrDefault(line[..line.IndexOf(':', StringComparison.Ordinal)]) > 0;

    /// <summary>
    /// What came because of the last line, and how many clients wait now, from a server that has answered all it is going to when it
    /// answers somebody else.
    /// </summary>
    public (string Heard, int Waiting) AtOnce()
    {
        // Within one turn of its loop Redis writes in any order; the second PING is answered in a later turn.
        _control.Run([new Request("PING")]);
        _control.Run([new Request("PING")]);
        Listen();
        return (Heard, Waiting);
    }

    /// <summary>The same from a server of which it is known what is to be expected: as soon as there is that much.</summary>
    public (string Heard, int Waiting) Soon((string Heard, int Waiting) expected)
    {
        Until(() => Heard.Length >= expected.Heard.Length && Waiting == expected.Waiting);
        return (Heard, Waiting);
    }

    public void Dispose()
    {
        _control.Dispose();
        foreach (OracleConnection client in _clients.Values)
            client.Dispose();
    }

    private int Waiting
    {
        get
        {
            const string Field = "blocked_clients:";
            string info = _control.Run([new Request("INFO", "clients")])[0].AsString;
            return int.Parse(info[(info.IndexOf(Field, StringComparison.Ordinal) + Field.Length)..].Split('\r')[0], CultureInfo.InvariantCulture);
        }
    }

    private string Heard => string.Join(" | ", _heard.Select(pair => $"{pair.Key}: {pair.Value}"));

    private void Until(Func<bool> isDone)
    {
        Stopwatch waited = Stopwatch.StartNew();
        for (Listen(); !isDone() && waited.Elapsed < Eventually.Limit; Listen())
            _control.Run([new Request("PING")]);
    }

    private void Listen()
    {
        foreach ((string name, OracleConnection client) in _clients)
        {
            foreach (Reply reply in client.Poll())
            {
                _heard[name] = _heard.GetValueOrDefault(name) + reply;
                _unanswered[name]--;
            }
        }
    }

    private OracleConnection Client(string name)
    {
        if (_clients.TryGetValue(name, out OracleConnection? known))
            return known;
        OracleConnection client = new(_port, _version);
        _ids.Add(name, client.Run([new Request("CLIENT", "ID")])[0].AsString);
        _clients.Add(name, client);
        _unanswered.Add(name, 0);
        return client;
    }

    private Request WithIds(string command)
    {
        byte[][] words = Request.Parse(command).Args;
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i] is [(byte)'{', .., (byte)'}'])
            {
                string name = Encoding.Latin1.GetString(words[i][1..^1]);
                Client(name);
                words[i] = Encoding.Latin1.GetBytes(_ids[name]);
            }
        }

        return new Request(words);
    }
}
