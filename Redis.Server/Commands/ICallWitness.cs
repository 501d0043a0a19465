using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Who sees the commands that a script calls, before they run (MONITOR).</summary>
internal interface ICallWitness
{
    void Called(Command command, CommandArgs args);
}
