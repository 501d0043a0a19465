using System.Diagnostics;

namespace Raft.Core.Tests.Checkers.Linearizability;

/// <summary>
/// Collects what clients on many threads did to many objects in real time, for the checker. Every operation is noted when
/// it has ended: answered, or of unknown fate. One that certainly did nothing is not noted.
/// </summary>
/// <typeparam name="TCall">A call of the model, such as <see cref="RegisterCall"/>.</typeparam>
internal sealed class OperationHistory<TCall>
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<ClientOperation<TCall>>> _objects = [];

    /// <summary>The clock that all clients share: take it before a request is sent and after its answer came.</summary>
    public static long Now => Stopwatch.GetTimestamp();

    /// <summary>Operations noted so far.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _objects.Values.Sum(operations => operations.Count);
            }
        }
    }

    /// <summary>An operation was answered; the call holds what was asked and what was answered.</summary>
    public void Answered(string key, long invoked, TCall call) => Add(key, new ClientOperation<TCall>(invoked, Now, call));

    /// <summary>An operation timed out or lost its connection: it may have taken effect at any time since, or not.</summary>
    public void Lost(string key, long invoked, TCall call) => Add(key, new ClientOperation<TCall>(invoked, null, call));

    /// <summary>Checks one object after another. Null when all are linearizable, else a text for the test's report.</summary>
    public string? FindViolation<TState>(ISequentialModel<TState, TCall> model)
        where TState : notnull
    {
        lock (_gate)
        {
            foreach ((string key, List<ClientOperation<TCall>> operations) in _objects.OrderBy(o => o.Key, StringComparer.Ordinal))
            {
                if (LinearizabilityChecker.FindViolation(model, operations) is { } unexplained)
                {
                    return $"{key} is not linearizable: no order of the {operations.Count} operations on it explains {unexplained}";
                }
            }
        }

        return null;
    }

    private void Add(string key, ClientOperation<TCall> operation)
    {
        lock (_gate)
        {
            if (!_objects.TryGetValue(key, out List<ClientOperation<TCall>>? operations))
            {
                operations = [];
                _objects.Add(key, operations);
            }

            operations.Add(operation);
        }
    }
}
