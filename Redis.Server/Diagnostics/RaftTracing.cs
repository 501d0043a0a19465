using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Redis.Server.Configuration;

namespace Redis.Server.Diagnostics;

/// <summary>raft.trace: what consensus does, step by step, in the log at level debug. What is not traced costs a branch.</summary>
internal sealed class RaftTracing(RaftSection options, ILogger logger)
{
    public bool Shows(RaftTrace kind) => (options.Trace & kind) != 0;

    public void Write(RaftTrace kind, [InterpolatedStringHandlerArgument("", nameof(kind))] ref Line line)
    {
        if (line.IsWanted)
        {
            logger.LogTrace("{Kind}: {What}", kind, line.Take());
        }
    }

    /// <summary>A line that is put together only where it is wanted.</summary>
    [InterpolatedStringHandler]
    public ref struct Line
    {
        private DefaultInterpolatedStringHandler _text;

        public Line(int literalLength, int formattedCount, RaftTracing tracing, RaftTrace kind, out bool isWanted)
        {
            IsWanted = isWanted = tracing.Shows(kind);
            _text = isWanted ? new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture) : default;
        }

        public bool IsWanted { get; }

        public void AppendLiteral(string text) => _text.AppendLiteral(text);

        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

        public string Take() => _text.ToStringAndClear();
    }
}
