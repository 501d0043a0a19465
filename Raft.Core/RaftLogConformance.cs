namespace Raft.Core;

/// <summary>
/// What <see cref="IRaftLog"/> demands, as a check for the tests of those who write a log of their own; it needs no test
/// framework. It drives a log through random appends, truncations, compactions and resets and compares all that can be
/// read with a plain list.
/// </summary>
public static class RaftLogConformance
{
    private const int LargestPayload = 200;

    /// <summary>Verifies a log.</summary>
    /// <param name="log">An empty log.</param>
    /// <param name="random">Decides what is done; the same seed does the same.</param>
    /// <param name="steps">Changes to make, 1 or more.</param>
    /// <param name="reopen">
    /// Makes durable what the log holds, closes it and opens it again: what comes back must be the same. Null for a log
    /// that survives nothing.
    /// </param>
    /// <exception cref="RaftInvariantException">The log breaks its contract; the message says where.</exception>
    public static void Verify(IRaftLog log, Random random, int steps = 1000, Func<IRaftLog, IRaftLog>? reopen = null)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        Comparison comparison = new(log, random);
        comparison.Compare("before anything was appended");
        for (int step = 1; step <= steps; step++)
        {
            comparison.Compare($"{comparison.Change(reopen)} (step {step})");
        }
    }

    /// <summary>The log and the list that it must equal.</summary>
    private sealed class Comparison(IRaftLog log, Random random)
    {
        private readonly List<LogEntry> _expected = [];
        private IRaftLog _log = log;
        private EntryId _base;
        private long _term = 1;
        private long _time;

        private EntryId Last => _expected.Count == 0 ? _base : _expected[^1].Id;

        /// <summary>Changes both alike. What was done.</summary>
        public string Change(Func<IRaftLog, IRaftLog>? reopen)
        {
            int kind = random.Next(20);
            if (_expected.Count > 0 && kind < 7)
            {
                return kind switch
                {
                    < 3 => Truncate(_expected.Count - random.Next(Math.Min(_expected.Count, 5)) - 1),
                    3 => Truncate(random.Next(_expected.Count)),
                    _ => Compact(1 + random.Next(_expected.Count)),
                };
            }

            if (kind == 7)
            {
                return Reset(new EntryId(_term += 1 + random.Next(2), Last.Index + random.Next(5)));
            }

            if (kind == 8 && reopen is not null)
            {
                _log = reopen(_log);
                return "after it was opened again";
            }

            return Append(1 + random.Next(kind == 9 ? 300 : 5));
        }

        public void Compare(string when)
        {
            Check.That(_log.Base == _base, $"Base is {_log.Base} instead of {_base} {when}.");
            Check.That(_log.Last == Last, $"Last is {_log.Last} instead of {Last} {when}.");
            Check.That(_log.TermAt(_base.Index) == _base.Term, $"TermAt({_base.Index}), the base, is wrong {when}.");
            foreach (LogEntry entry in _expected)
            {
                Check.That(_log.TermAt(entry.Index) == entry.Term, $"TermAt({entry.Index}) is wrong {when}.");
                Check.That(
                    _log.SizeOf(entry.Index) >= entry.Payload.Length,
                    $"SizeOf({entry.Index}) is less than its payload's {entry.Payload.Length} bytes {when}.");
            }

            CompareRefusal(_base.Index - 1, when);
            CompareRefusal(Last.Index + 1, when);
            CompareSlices(_base.Index + 1, int.MaxValue, long.MaxValue, when);
            if (_expected.Count > 0)
            {
                long first = _base.Index + 1 + random.Next(_expected.Count);
                CompareSlices(first, 1 + random.Next(8), random.Next(3 * LargestPayload), when);
                CompareSlices(first, 1, 0, when);
            }
        }

        private string Append(int count)
        {
            _term += random.Next(4) == 0 ? 1 : 0;
            for (int i = 0; i < count; i++)
            {
                byte[] payload = new byte[random.Next(8) == 0 ? 0 : random.Next(LargestPayload)];
                random.NextBytes(payload);
                _time += random.Next(3);
                LogEntry entry = new(
                    new EntryId(_term, Last.Index + 1), (EntryType)random.Next((int)EntryType.Configuration + 1), _time, payload);
                _log.Append(entry);
                _expected.Add(entry);
            }

            return $"after {count} entries were appended";
        }

        private string Truncate(int kept)
        {
            _log.TruncateFrom(_base.Index + kept + 1);
            _expected.RemoveRange(kept, _expected.Count - kept);
            _term++;
            return $"after it was truncated from {_base.Index + kept + 1}";
        }

        private string Compact(int gone)
        {
            _base = _expected[gone - 1].Id;
            _expected.RemoveRange(0, gone);
            _log.CompactThrough(_base);
            return $"after it was compacted through {_base}";
        }

        private string Reset(EntryId snapshot)
        {
            _base = snapshot;
            _expected.Clear();
            _log.ResetTo(snapshot);
            return $"after it was reset to {snapshot}";
        }

        private void CompareRefusal(long index, string when)
        {
            bool refused = false;
            try
            {
                _ = _log.TermAt(index);
            }
            catch (ArgumentOutOfRangeException)
            {
                refused = true;
            }

            Check.That(refused, $"TermAt({index}) does not throw ArgumentOutOfRangeException {when}.");
        }

        /// <summary>Reads on until the end of the log: slices may be shorter than asked for, never empty or longer.</summary>
        private void CompareSlices(long first, int maxCount, long maxBytes, string when)
        {
            while (first <= Last.Index)
            {
                string call = $"Slice({first}, {maxCount}, {maxBytes})";
                ReadOnlySpan<LogEntry> slice = _log.Slice(first, maxCount, maxBytes).Span;
                Check.That(slice.Length > 0, $"{call} is empty although the log holds the entry {when}.");
                Check.That(slice.Length <= maxCount, $"{call} gives {slice.Length} entries {when}.");
                long bytes = 0;
                foreach (ref readonly LogEntry entry in slice)
                {
                    Check.That(first <= Last.Index, $"{call} goes beyond the last entry {when}.");
                    LogEntry expected = _expected[(int)(first - _base.Index - 1)];
                    bool isEqual = entry.Id == expected.Id && entry.Type == expected.Type && entry.Time == expected.Time
                        && entry.Payload.Span.SequenceEqual(expected.Payload.Span);
                    Check.That(isEqual, $"{call} gives another entry at {first} than was appended {when}.");
                    bytes += entry.Payload.Length;
                    first++;
                }

                Check.That(slice.Length == 1 || bytes <= maxBytes, $"{call} gives {bytes} bytes {when}.");
            }
        }
    }
}
