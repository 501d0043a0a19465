using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Raft.Core;
using Raft.Storage;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Keyspace.Snapshots;

namespace Redis.Server.Replication;

/// <summary>
/// Takes snapshots while the node keeps serving: the keyspace is serialised in slices on the application's turn, a thread
/// of its own writes and syncs the file, and only then Raft may drop the log behind it.
/// </summary>
internal sealed class SnapshotTaking(RaftHost host, CommandContext context, ServerOptions options, ILogger logger)
{
    // About a third of a millisecond of serialising: what a request may have to wait for a slice.
    private const int SliceBytes = 64 * 1024;

    // After one that failed (a full disk, say) the next is not tried at once.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    private int _busy;
    private long _failedAt;
    private long _startedAt;
    private SnapshotView? _view;
    private int _keys;

    /// <summary>Snapshots this node has taken since start.</summary>
    public long Taken { get; private set; }

    /// <summary>How long the last one took in seconds, or -1.</summary>
    public long LastSeconds { get; private set; } = -1;

    /// <summary>How long the one in progress has taken so far in seconds, or -1.</summary>
    public long CurrentSeconds => IsInProgress ? (long)Stopwatch.GetElapsedTime(_startedAt).TotalSeconds : -1;

    /// <summary>Whether the last attempt succeeded.</summary>
    public bool LastSucceeded { get; private set; } = true;

    /// <summary>Unix time in seconds of the last one; of the start, as in Redis, before the first.</summary>
    public long LastSavedAt { get; private set; } = RaftClock.Now / 1000;

    /// <summary>The last entry of the snapshot that is being taken, or none.</summary>
    public EntryId InProgress { get; private set; }

    public bool IsInProgress => Volatile.Read(ref _busy) != 0;

    /// <summary>Whether one may begin that nobody asked for.</summary>
    public bool IsReady => !IsInProgress && (LastSucceeded || Stopwatch.GetElapsedTime(_failedAt) > Rest);

    /// <summary>
    /// Takes a snapshot of the state as it is when the application gets to it. Null when it is done; otherwise why not.
    /// </summary>
    /// <param name="store">Where it goes.</param>
    /// <param name="keepsTail">Whether some of the log stays for followers that are a little behind.</param>
    public Task<string?> RunAsync(SnapshotStore store, bool keepsTail)
    {
        if (options.Raft.Failures.SnapshotDisable)
        {
            return Task.FromResult<string?>("snapshots are disabled");
        }

        if (host.Application.AppliedIndex == 0)
        {
            return Task.FromResult<string?>("nothing has been applied yet");
        }

        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            return Task.FromResult<string?>("a snapshot is in progress already");
        }

        TaskCompletionSource<string?> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _startedAt = Stopwatch.GetTimestamp();
        Thread writer = new(() => done.SetResult(Run(store, keepsTail))) { Name = "snapshot", IsBackground = true };
        writer.Start();
        return done.Task;
    }

    private string? Run(SnapshotStore store, bool keepsTail)
    {
        string? failure;
        try
        {
            failure = Take(store, keepsTail);
        }
        catch (Exception exception) when (exception is IOException or StorageException or UnauthorizedAccessException)
        {
            failure = exception.Message;
        }

        LastSucceeded = failure is null;
        if (failure is null)
        {
            Taken++;
            LastSavedAt = RaftClock.Now / 1000;
            LastSeconds = (long)Stopwatch.GetElapsedTime(_startedAt).TotalSeconds;
        }
        else
        {
            _failedAt = Stopwatch.GetTimestamp();
            logger.LogWarning("No snapshot was taken: {Reason}", failure);
        }

        InProgress = EntryId.None;
        Volatile.Write(ref _busy, 0);
        return failure;
    }

    private string? Take(SnapshotStore store, bool keepsTail)
    {
        SnapshotSink sink = new();
        host.Application.RunOnTurn(() => Begin(sink));
        try
        {
            using SnapshotStream stream = store.Create(InProgress);
            Thread slices = new(() => Serialise(sink)) { Name = "snapshot slices", IsBackground = true };
            slices.Start();
            ulong? checksum = sink.WriteTo(stream);
            slices.Join();
            Thread.Sleep(options.Raft.Failures.SnapshotDelay);
            Dawdle();
            if (checksum is null || options.Raft.Failures.SnapshotFail)
            {
                return options.Raft.Failures.SnapshotFail ? "raft.snapshot-fail is set" : "it was given up";
            }

            if (stream.Commit(checksum.Value) is { } id)
            {
                host.SnapshotTaken(id, keepsTail);
                logger.LogInformation("Snapshot up to entry {Last}: {Bytes} bytes in {File}", id.Last, id.Size, store.Path);
            }

            return null;
        }
        finally
        {
            host.Application.RunOnTurn(() => _view?.Dispose());
        }
    }

    /// <summary>rdb-key-save-delay: as if each key took that long, until the option says otherwise.</summary>
    private void Dawdle()
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started).TotalMicroseconds < options.Raft.Failures.KeySaveDelay * _keys)
        {
            Thread.Sleep(1);
        }
    }

    /// <summary>Fixes the moment: everything applied so far is in the snapshot, nothing later.</summary>
    private void Begin(SnapshotSink sink)
    {
        _keys = context.Keyspace.Count;
        InProgress = host.Application.LastApplied;
        _view = SnapshotView.Begin(context.Keyspace, Extras(), sink, compress: true);
    }

    private RdbExtras Extras()
    {
        Application application = host.Application;
        EntryId last = application.LastApplied;
        RdbExtras extras = [];
        new SnapshotFields(last, application.ClusterTime, host.ClusterId, host.ConfigurationAt(last.Index)).AddTo(extras);
        foreach (ISnapshotPart part in context.SnapshotParts)
        {
            part.Save(extras);
        }

        return extras;
    }

    /// <summary>Writes the state as a snapshot into memory and loads it from there (DEBUG RELOAD). Application's turn; not beside <see cref="RunAsync"/>.</summary>
    public void Reload()
    {
        SnapshotSink sink = new(long.MaxValue);
        using (SnapshotView view = SnapshotView.Begin(context.Keyspace, Extras(), sink, compress: true))
        {
            while (!view.Step(int.MaxValue))
            {
            }
        }

        MemoryStream file = new();
        sink.WriteTo(file);
        file.Position = 0;
        RdbReader reader = new(file, context.Options);
        Keyspace.Keyspace loaded = new() { Now = host.Application.ClusterTime };
        reader.Load(loaded);
        context.Keyspace.TakeOver(loaded);
        foreach (ISnapshotPart part in context.SnapshotParts)
        {
            part.Restore(reader.Extras);
        }
    }

    /// <summary>
    /// Slice by slice. While the node has other things to do they get at least as much of its time: clients' requests,
    /// and the other threads that these take.
    /// </summary>
    private void Serialise(SnapshotSink sink)
    {
        Application application = host.Application;
        bool isDone = false;
        long before = 0;
        while (!isDone)
        {
            long done = 0;
            application.RunOnTurn(() =>
            {
                done = application.WorkDone;
                isDone = _view!.Step(SliceBytes);
            });
            if (!isDone && (done != before || sink.IsFull))
            {
                Thread.Sleep(1);
            }

            before = done;
        }
    }
}
