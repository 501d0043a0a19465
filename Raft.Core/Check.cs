using System.Diagnostics.CodeAnalysis;

namespace Raft.Core;

/// <summary>Assertions that stay on in Release: a broken rule stops the server before it can spread.</summary>
internal static class Check
{
    public static void That([DoesNotReturnIf(false)] bool holds, string rule)
    {
        if (!holds)
        {
            Fail(rule);
        }
    }

    [DoesNotReturn]
    private static void Fail(string rule) => throw new RaftInvariantException(rule);
}

/// <summary>
/// A rule of the algorithm, or of the contract with the host, was found broken. The server refuses every further input:
/// stop the process and restart from what is on disk.
/// </summary>
/// <param name="message">The rule.</param>
public sealed class RaftInvariantException(string message) : Exception(message);
