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
    /// <summary>Histories of many objects are checked one object at a time: linearizability is local.</summary>
    public static bool IsLinearizable<TState, TCall>(ISequentialModel<TState, TCall> model, IReadOnlyList<ClientOperation<TCall>> history)
        where TState : notnull
    {
        Event head = Line(history);
        HashSet<(Taken Taken, TState State)> seen = [];
        Stack<(Event Call, TState Before)> chosen = [];
        Taken taken = new(history.Count);
        TState state = model.Initial;
        Event? entry = head.Next;
        while (entry is not null)
        {
            if (!entry.IsReturn)
            {
                ClientOperation<TCall> operation = history[entry.Operation];
                (bool possible, TState next) = model.Step(state, operation.Call, operation.Returned is not null);
                Taken with = taken.With(entry.Operation);
                if (possible && seen.Add((with, next)))
                {
                    chosen.Push((entry, state));
                    (state, taken) = (next, with);
                    entry.Lift();
                    entry = head.Next;
                }
                else
                {
                    entry = entry.Next;
                }
            }
            else if (history[entry.Operation].Returned is null)
            {
                // Only operations that nobody saw answered are left: they need not have happened.
                return true;
            }
            else if (chosen.TryPop(out (Event Call, TState Before) last))
            {
                // An answered operation was not placed before its answer: undo the last choice and try the next.
                state = last.Before;
                taken = taken.Without(last.Call.Operation);
                last.Call.Unlift();
                entry = last.Call.Next;
            }
            else
            {
                return false;
            }
        }

        return true;
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
