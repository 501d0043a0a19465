namespace Raft.Core;

/// <summary>Whether a proposal is taken, and if not, why: only a leader takes any, and no more than its limits allow.</summary>
internal sealed class Admission(RaftState state, Transfer transfer)
{
    public ProposeResult Judge(long payloadLength)
    {
        if (state.Leadership is not { } leadership)
        {
            return ProposeResult.NotLeader;
        }

        if (transfer.IsUnderWay)
        {
            return ProposeResult.Transferring;
        }

        if (payloadLength > state.Options.MaxEntryBytes)
        {
            return ProposeResult.TooLarge;
        }

        // One entry is always let through, however large.
        return leadership.WaitingBytes > 0 && leadership.WaitingBytes + payloadLength > state.Options.MaxUncommittedBytes
            ? ProposeResult.Overloaded
            : ProposeResult.Accepted;
    }
}
