namespace Raft.Core.Tests.Checkers.Linearizability;

/// <summary>One operation of one client on one object.</summary>
/// <param name="Invoked">When it began, on a clock that all clients share.</param>
/// <param name="Returned">When its answer came; null when none came: it may have taken effect at any time since, or not.</param>
/// <param name="Call">What was asked, and what was answered if anything was.</param>
internal sealed record ClientOperation<TCall>(long Invoked, long? Returned, TCall Call);

/// <summary>How the object behaves when operations come one after another.</summary>
internal interface ISequentialModel<TState, TCall>
    where TState : notnull
{
    TState Initial { get; }

    /// <summary>The state after the call, or null when it cannot have been answered as it was.</summary>
    /// <param name="state">The state before; compared by value.</param>
    /// <param name="call">The call.</param>
    /// <param name="isAnswered">False: nobody saw the answer, so any is right.</param>
    (bool Possible, TState State) Step(TState state, TCall call, bool isAnswered);
}

/// <summary>
/// Decides whether a history is linearizable (Herlihy and Wing, 1990): whether every operation can be given one moment
/// between its call and its answer so that the answers are those of a single object. The search is Wing and Gong's with
/// Lowe's memory of (operations taken, state) pairs that lead nowhere.
/// </summary>
internal static class LinearizabilityChecker
{
    private const int MostTries = 50_000_000;

    /// <summary>Histories of many objects are checked one object at a time: linearizability is local.</summary>
    public static bool IsLinearizable<TState, TCall>(ISequentialModel<TState, TCall> model, IReadOnlyList<ClientOperation<TCall>> history)
        where TState : notnull => FindViolation(model, history) is null;

    /// <summary>
    /// Null when the history is linearizable; else the answered operation before whose answer every order gets stuck: the
    /// last of those, when there are several.
    /// </summary>
    /// <remarks>
    /// An operation that nobody saw answered can be placed late: just before an answer that shows its effect. So orders with
    /// few of them between two answers are tried first; most histories are explained by one of those.
    /// </remarks>
    /// <exception cref="InvalidOperationException">Too many orders would have to be tried.</exception>
    public static ClientOperation<TCall>? FindViolation<TState, TCall>(ISequentialModel<TState, TCall> model, IReadOnlyList<ClientOperation<TCall>> history)
        where TState : notnull
    {
        int lost = history.Count(operation => operation.Returned is null);
        ClientOperation<TCall>? stuck = null;
        int tries = MostTries;
        foreach (int limit in ((int[])[0, 1, 2, 4]).Where(limit => limit < lost).Append(lost))
        {
            Search<TState, TCall> search = new(model, history, limit);
            if (search.Explains(ref tries))
            {
                return null;
            }

            stuck = search.Stuck;
        }

        return stuck;
    }

    /// <summary>Calls and returns in the order of time; at equal times calls first, which allows more.</summary>
    private static Event Line<TCall>(IReadOnlyList<ClientOperation<TCall>> history)
    {
        List<(long When, int Kind, Event Event)> events = [];
        for (int i = 0; i < history.Count; i++)
        {
            Event end = new(i, true, null);
            events.Add((history[i].Invoked, 0, new Event(i, false, end)));
            events.Add((history[i].Returned ?? long.MaxValue, history[i].Returned is null ? 2 : 1, end));
        }

        Event head = new(-1, false, null);
        Event last = head;
        foreach ((_, _, Event next) in events.OrderBy(e => e.When).ThenBy(e => e.Kind))
        {
            (last.Next, next.Previous) = (next, last);
            last = next;
        }

        return head;
    }

    /// <summary>One search, with a limit of operations without an answer that are placed between two with one.</summary>
    private sealed class Search<TState, TCall>(ISequentialModel<TState, TCall> model, IReadOnlyList<ClientOperation<TCall>> history, int limit)
        where TState : notnull
    {
        private readonly Event _head = Line(history);
        private readonly HashSet<(Taken Taken, TState State)> _seen = [];
        private readonly Stack<Choice> _chosen = [];
        private Taken _taken = new(history.Count);
        private TState _state = model.Initial;
        private int _run;

        public ClientOperation<TCall>? Stuck { get; private set; }

        public bool Explains(ref int tries)
        {
            bool triesLost = false;
            Event? entry = _head.Next;
            while (entry is not null && !(entry.IsReturn && IsLost(entry)))
            {
                if (--tries < 0)
                {
                    throw new InvalidOperationException("The history has too many operations at a time, or of unknown fate, to be decided.");
                }

                if (!entry.IsReturn)
                {
                    bool isPlaced = IsLost(entry) == triesLost && (!triesLost || _run < limit) && TryPlace(entry);
                    entry = isPlaced ? _head.Next : entry.Next;
                    triesLost &= !isPlaced;
                }
                else if (!triesLost)
                {
                    // No answered operation fits next: one of those that nobody saw answered must have taken effect.
                    (entry, triesLost) = (_head.Next, true);
                }
                else if (TryUndo() is { } undone)
                {
                    entry = undone.Next;
                    triesLost = IsLost(undone);
                }
                else
                {
                    return false;
                }

                NoteStuck(entry);
            }

            return true;
        }

        private bool IsLost(Event entry) => history[entry.Operation].Returned is null;

        private bool TryPlace(Event call)
        {
            (bool possible, TState next) = model.Step(_state, history[call.Operation].Call, !IsLost(call));
            Taken with = _taken.With(call.Operation);
            if (!possible || !_seen.Add((with, next)))
            {
                return false;
            }

            _chosen.Push(new Choice(call, _state, _run));
            (_state, _taken, _run) = (next, with, IsLost(call) ? _run + 1 : 0);
            call.Lift();
            return true;
        }

        private Event? TryUndo()
        {
            if (!_chosen.TryPop(out Choice last))
            {
                return null;
            }

            (_state, _taken, _run) = (last.Before, _taken.Without(last.Call.Operation), last.Run);
            last.Call.Unlift();
            return last.Call;
        }

        private void NoteStuck(Event? entry)
        {
            if (entry is { IsReturn: true } && !IsLost(entry) && (Stuck is null || history[entry.Operation].Returned > Stuck.Returned))
            {
                Stuck = history[entry.Operation];
            }
        }

        private readonly record struct Choice(Event Call, TState Before, int Run);
    }

    private sealed class Event(int operation, bool isReturn, Event? end)
    {
        public int Operation => operation;

        public bool IsReturn => isReturn;

        public Event? Next { get; set; }

        public Event? Previous { get; set; }

        /// <summary>Takes this call and its return out of the line.</summary>
        public void Lift()
        {
            Out();
            end!.Out();
        }

        /// <summary>Puts them back where they were.</summary>
        public void Unlift()
        {
            end!.Back();
            Back();
        }

        private void Out()
        {
            Previous!.Next = Next;
            if (Next is not null)
            {
                Next.Previous = Previous;
            }
        }

        private void Back()
        {
            Previous!.Next = this;
            if (Next is not null)
            {
                Next.Previous = this;
            }
        }
    }

    /// <summary>A set of operations, compared by value.</summary>
    private readonly struct Taken : IEquatable<Taken>
    {
        private readonly ulong[] _bits;

        public Taken(int count) => _bits = new ulong[(count + 63) / 64];

        private Taken(ulong[] bits) => _bits = bits;

        public Taken With(int operation) => Flip(operation);

        public Taken Without(int operation) => Flip(operation);

        public bool Equals(Taken other) => _bits.AsSpan().SequenceEqual(other._bits);

        public override bool Equals(object? obj) => obj is Taken other && Equals(other);

        public override int GetHashCode()
        {
            HashCode hash = default;
            foreach (ulong bits in _bits)
            {
                hash.Add(bits);
            }

            return hash.ToHashCode();
        }

        private Taken Flip(int operation)
        {
            ulong[] bits = [.. _bits];
            bits[operation / 64] ^= 1UL << (operation % 64);
            return new Taken(bits);
        }
    }
}
