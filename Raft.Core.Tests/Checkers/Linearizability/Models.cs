using System.Collections.Immutable;

namespace Raft.Core.Tests.Checkers.Linearizability;

/// <summary>A call on a register. A read's <paramref name="Value"/> is its answer; a compare-and-set answers whether it did.</summary>
internal sealed record RegisterCall(RegisterVerb Verb, string? Value, string? Expected = null, bool Succeeded = true);

internal enum RegisterVerb
{
    Read,
    Write,
    CompareAndSet,
}

/// <summary>Holds one value; null at first. Redis: GET, SET, and SETNX as a compare-and-set that expects null.</summary>
internal sealed class RegisterModel : ISequentialModel<RegisterModel.State, RegisterCall>
{
    public State Initial => default;

    public (bool Possible, State State) Step(State state, RegisterCall call, bool isAnswered) => call.Verb switch
    {
        RegisterVerb.Read => (!isAnswered || call.Value == state.Value, state),
        RegisterVerb.Write => (true, new State(call.Value)),
        _ => state.Value == call.Expected
            ? (!isAnswered || call.Succeeded, new State(call.Value))
            : (!isAnswered || !call.Succeeded, state),
    };

    internal readonly record struct State(string? Value);
}

/// <summary>A call on a counter: adds, and answers the sum; a read adds 0. Redis: INCRBY, GET.</summary>
internal sealed record CounterCall(long Add, long Answer);

internal sealed class CounterModel : ISequentialModel<long, CounterCall>
{
    public long Initial => 0;

    public (bool Possible, long State) Step(long state, CounterCall call, bool isAnswered)
    {
        long sum = state + call.Add;
        return (!isAnswered || sum == call.Answer, sum);
    }
}

/// <summary>A call on a list: appends a value, or reads all of them when there is none. Redis: RPUSH, LRANGE 0 -1.</summary>
/// <param name="Append">The value to append, or null for a read.</param>
/// <param name="Read">What a read answered.</param>
/// <param name="Length">What an append answered.</param>
internal sealed record ListCall(string? Append, ImmutableArray<string> Read = default, long Length = 0);

internal sealed class ListModel : ISequentialModel<ListModel.State, ListCall>
{
    public State Initial => new([]);

    public (bool Possible, State State) Step(State state, ListCall call, bool isAnswered)
    {
        if (call.Append is null)
        {
            return (!isAnswered || state.Values.SequenceEqual(call.Read), state);
        }

        State next = new(state.Values.Add(call.Append));
        return (!isAnswered || next.Values.Count == call.Length, next);
    }

    internal readonly record struct State(ImmutableList<string> Values)
    {
        public bool Equals(State other) => Values.SequenceEqual(other.Values);

        public override int GetHashCode() => Values.Count == 0 ? 0 : HashCode.Combine(Values.Count, Values[^1]);
    }
}
