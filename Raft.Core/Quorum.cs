namespace Raft.Core;

/// <summary>Arithmetic of majorities. Pure, so that it can be compared with an obvious version.</summary>
internal static class Quorum
{
    /// <summary>The fewest of <paramref name="voters"/> that are a majority.</summary>
    public static int MajorityOf(int voters) => (voters / 2) + 1;

    /// <summary>
    /// The highest value that a majority has reached, when each voter has reached one of <paramref name="reached"/>;
    /// reorders the span. At least one voter.
    /// </summary>
    public static long Agreed(Span<long> reached)
    {
        Check.That(reached.Length > 0, "a quorum has voters");
        for (int i = 1; i < reached.Length; i++)
        {
            // Insertion sort, highest first: a cluster has few voters.
            long value = reached[i];
            int place = i;
            while (place > 0 && reached[place - 1] < value)
            {
                reached[place] = reached[place - 1];
                place--;
            }

            reached[place] = value;
        }

        return reached[MajorityOf(reached.Length) - 1];
    }

    /// <summary>How a vote stands when <paramref name="granted"/> and <paramref name="refused"/> of the voters have answered.</summary>
    public static VoteOutcome Outcome(int voters, int granted, int refused)
    {
        if (granted >= MajorityOf(voters))
        {
            return VoteOutcome.Won;
        }

        return voters - refused < MajorityOf(voters) ? VoteOutcome.Lost : VoteOutcome.Open;
    }
}

/// <summary>How a vote stands.</summary>
internal enum VoteOutcome
{
    /// <summary>Answers are missing.</summary>
    Open,

    /// <summary>A majority granted.</summary>
    Won,

    /// <summary>So many refused that no majority can grant any more.</summary>
    Lost,
}
