using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Who counts the commands that scripts call.</summary>
internal interface ICallMeter
{
    /// <summary>The time before a command runs.</summary>
    long Now { get; }

    /// <summary>A command ran.</summary>
    /// <param name="command">Its row.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="started">What <see cref="Now"/> was before.</param>
    /// <param name="reply">What it answered.</param>
    void Ran(Command command, CommandArgs args, long started, ReadOnlySpan<byte> reply);

    /// <summary>A command was not run.</summary>
    void Refused(Command? command, ReadOnlySpan<byte> error);
}
