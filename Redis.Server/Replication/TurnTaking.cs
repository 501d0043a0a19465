namespace Redis.Server.Replication;

/// <summary>Ways to get a turn of the application.</summary>
internal static class TurnTaking
{
    /// <summary>Runs an action on the application's turn and waits for its end; what it throws is thrown here. Not from that turn.</summary>
    public static void RunOnTurn(this Application application, Action action)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        application.Post(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        done.Task.GetAwaiter().GetResult();
    }
}
