namespace Raft.Core.Tests.Schedules;

/// <summary>Finds a short schedule that still fails, the way FsCheck does, for programs that run without FsCheck.</summary>
internal static class ScheduleShrinker
{
    /// <param name="failing">A schedule that fails.</param>
    /// <param name="maxRuns">How many smaller schedules may be tried.</param>
    public static Schedule Shrink(Schedule failing, int maxRuns)
    {
        Schedule best = failing;
        int runs = 0;
        while (runs < maxRuns)
        {
            Schedule? smaller = best.Shrink().TakeWhile(_ => runs++ < maxRuns).FirstOrDefault(s => s.Run().Failure is not null);
            if (smaller is null)
            {
                return best;
            }

            best = smaller;
        }

        return best;
    }
}
