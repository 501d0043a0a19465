using System.Runtime.CompilerServices;

namespace Raft.Core.Tests.Checkers;

/// <summary>States what must hold; the text is put together only when it does not.</summary>
internal static class Rule
{
    public static void Holds(bool holds, string rule)
    {
        if (!holds)
        {
            throw new SafetyViolationException(rule);
        }
    }

    public static void Holds(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref Text rule)
    {
        if (!holds)
        {
            throw new SafetyViolationException(rule.ToString());
        }
    }

    [InterpolatedStringHandler]
    internal ref struct Text
    {
        private DefaultInterpolatedStringHandler _text;

        public Text(int literalLength, int formattedCount, bool holds, out bool wanted)
        {
            wanted = !holds;
            _text = wanted ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
        }

        public void AppendLiteral(string value) => _text.AppendLiteral(value);

        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

        public override string ToString() => _text.ToStringAndClear();
    }
}
