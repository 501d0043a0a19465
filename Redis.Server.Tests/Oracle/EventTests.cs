using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Redis.Server.Keyspace;
using Redis.Server.Tests.Oracle.Families;

namespace Redis.Server.Tests.Oracle;

/// <summary>Every command tells the same keyspace events, in the same order, and dirties the same keys as redis-server 7.0.</summary>
[TestFixture]
internal sealed class EventTests
{
    private const int Sequences = 60;
    private const int Length = 40;

    private static IReadOnlyList<CommandFamily> Families => AllFamilies.List;

    [TestCaseSource(nameof(Families))]
    public void A_family_tells_the_events_of_Redis(CommandFamily family)
    {
        using EventOracle oracle = new();
        IEnumerable<Request[]> sequences = Gen.ArrayOf(family.Requests, Length).Sample(50, new Rnd(20_260_101UL), Sequences);
        int events = 0;
        foreach (Request[] sequence in sequences)
        {
            List<string[]> theirs = oracle.Run(sequence);
            using LocalExecutor local = new();
            EventRecorder recorder = new();
            local.Keyspace.Observe(recorder);
            for (int i = 0; i < sequence.Length; i++)
            {
                local.RunRaw(sequence[i]);
                string[] ours = recorder.Take();
                events += ours.Length;
                // In what order SORT looks up the keys of its patterns is its own affair.
                bool isOrdered = !sequence[i].Name.StartsWith("sort", StringComparison.Ordinal);
                Assert.That(ours, isOrdered ? Is.EqualTo(theirs[i]) : Is.EquivalentTo(theirs[i]), string.Join('\n', sequence.Take(i + 1).Select(request => request.ToString())));
            }
        }

        TestContext.Out.WriteLine($"{events} events compared.");
    }

    /// <summary>The events of our keyspace as text. Expiry is left out: Redis notices it when it looks, ours when an entry is applied.</summary>
    private sealed class EventRecorder : IKeyspaceObserver
    {
        private readonly List<string> _events = [];

        public string[] Take()
        {
            string[] taken = [.. _events];
            _events.Clear();
            return taken;
        }

        public void Event(EventClass kind, ReadOnlySpan<byte> name, ReadOnlySpan<byte> key)
        {
            if (kind != EventClass.Expired)
                _events.Add($"{Encoding.Latin1.GetString(name)} {Request.Quote(key.ToArray())}");
        }

        public void Modified(ReadOnlySpan<byte> key)
        {
        }

        public void Flushed()
        {
        }
    }

    /// <summary>
    /// The real server's events. On a connection of their own: 7.0 would push them into the middle of a reply that is an array.
    /// </summary>
    private sealed class EventOracle : IDisposable
    {
        private readonly OracleConnection _commands = OracleServer.Connect(2);
        private readonly OracleConnection _events = OracleServer.Connect(3);

        public EventOracle()
        {
            _commands.Run([new Request("CONFIG", "SET", "notify-keyspace-events", "EAmn")]);
            _events.Run([new Request("PSUBSCRIBE", "__keyevent@0__:*")]);
        }

        public List<string[]> Run(Request[] requests)
        {
            _commands.Run([new Request("FLUSHALL")]);
            List<string[]> all = [];
            foreach (Request request in requests)
            {
                List<string> events = [];
                _events.Pushed = push => events.Add(Describe(push));
                _commands.Run([request]);
                _events.Run([new Request("PING")]);
                // "nokey" is what the connection itself asks for before a SORT.
                all.Add([.. events.Where(one => one != "keymiss nokey" && !one.StartsWith("expired ", StringComparison.Ordinal))]);
            }

            return all;
        }

        public void Dispose()
        {
            _commands.Run([new Request("CONFIG", "SET", "notify-keyspace-events", "")]);
            _commands.Dispose();
            _events.Dispose();
        }

        /// <summary>pmessage, pattern, channel, key.</summary>
        private static string Describe(Reply push) =>
            $"{push.Elements[2].AsString["__keyevent@0__:".Length..]} {Request.Quote(push.Elements[3].Text)}";
    }
}
