using NUnit.Framework;

namespace Raft.Core.Tests.Checkers.Linearizability;

/// <summary>Histories of real threads on real objects.</summary>
public sealed class OperationHistoryTests
{
    private const int Clients = 6;
    private const int Rounds = 150;

    [Test]
    public void ThreadsOnACounterThatLocksAreLinearizable() => Assert.That(CountWith((counter, key) =>
    {
        lock (counter)
        {
            return ++counter[key];
        }
    }), Is.Null);

    [Test]
    public void ACounterThatForgetsIsFound()
    {
        int calls = 0;
        string? violation = CountWith((counter, key) =>
        {
            lock (counter)
            {
                return ++calls % 100 == 0 ? counter[key] + 1 : ++counter[key];
            }
        });
        Assert.That(violation, Does.Contain("is not linearizable").And.Contain("CounterCall"));
    }

    /// <summary>Every third append loses its answer; half of those took effect. Nothing else is wrong.</summary>
    [Test]
    public void ManyAppendsOfUnknownFateAreExplained()
    {
        OperationHistory<ListCall> history = new();
        List<string> list = [];
        InParallel(client =>
        {
            for (int i = 0; i < 12; i++)
            {
                string value = $"{client}-{i}";
                bool isLost = i % 3 == 0;
                long invoked = OperationHistory<ListCall>.Now;
                lock (list)
                {
                    if (!isLost || i % 2 == 0)
                    {
                        list.Add(value);
                    }

                    Note(history, invoked, isLost, new ListCall(value, Length: list.Count));
                    invoked = OperationHistory<ListCall>.Now;
                    history.Answered("list", invoked, new ListCall(null, [.. list]));
                }
            }
        });
        Assert.That(history.Count, Is.EqualTo(Clients * 24));
        Assert.That(history.FindViolation(new ListModel()), Is.Null);
    }

    private static void Note(OperationHistory<ListCall> history, long invoked, bool isLost, ListCall call)
    {
        if (isLost)
        {
            history.Lost("list", invoked, call);
        }
        else
        {
            history.Answered("list", invoked, call);
        }
    }

    private static string? CountWith(Func<Dictionary<string, long>, string, long> increment)
    {
        OperationHistory<CounterCall> history = new();
        Dictionary<string, long> counters = new() { ["a"] = 0, ["b"] = 0, ["c"] = 0 };
        InParallel(client =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                string key = "abc".Substring((client + i) % 3, 1);
                long invoked = OperationHistory<CounterCall>.Now;
                history.Answered(key, invoked, new CounterCall(1, increment(counters, key)));
            }
        });
        return history.FindViolation(new CounterModel());
    }

    private static void InParallel(Action<int> client)
    {
        Thread[] threads = [.. Enumerable.Range(0, Clients).Select(n => new Thread(() => client(n)))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
    }
}
