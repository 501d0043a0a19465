using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Benchmarks.Budget;

/// <summary>Counts a process's system calls with perf, where there is one and it may.</summary>
internal sealed class SystemCalls : IDisposable
{
    private const int InterruptSignal = 2;

    private readonly Process? _perf;

    public SystemCalls(int process)
    {
        ProcessStartInfo start = new("perf", ["stat", "-x", ",", "-e", "raw_syscalls:sys_enter", "-p", $"{process}"]) { RedirectStandardError = true };
        try
        {
            _perf = Process.Start(start);
        }
        catch (Win32Exception)
        {
            _perf = null; // not installed
        }
    }

    /// <summary>How many since the start; null when they were not counted.</summary>
    public double? Stop()
    {
        if (_perf is null) return null;
        using Process interrupt = Process.Start("kill", [$"-{InterruptSignal}", $"{_perf.Id}"]);
        string text = _perf.StandardError.ReadToEnd();
        _perf.WaitForExit();
        return double.TryParse(text.Split(',')[0], CultureInfo.InvariantCulture, out double count) ? count : null;
    }

    public void Dispose() => _perf?.Dispose();
}
