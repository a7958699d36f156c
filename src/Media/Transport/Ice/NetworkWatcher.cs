// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.NetworkInformation;

namespace Earshot.Media.Transport.Ice;

/// <summary>Tells which addresses this machine has, whenever the system says that something about them changed.</summary>
/// <remarks>One an engine. Thread: any ordinary one; tells on a thread of the pool, one at a time.</remarks>
internal sealed class NetworkWatcher : IDisposable
{
    // An address of IPv6 is not usable at once, and the state of an interface follows its addresses.
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(2);

    private readonly Action<IReadOnlyList<IPAddress>> _tell;
    private readonly Lock _gate = new();
    private readonly Timer _again;
    private bool _isLooking;
    private bool _isDue;
    private bool _isOver;

    /// <summary>Begins.</summary>
    /// <param name="tell">Told all addresses of interfaces that are up, often the same ones again.</param>
    public NetworkWatcher(Action<IReadOnlyList<IPAddress>> tell)
    {
        _tell = tell;
        _again = new Timer(_ => Look());
        try
        {
            NetworkChange.NetworkAddressChanged += HandleAddresses;
            NetworkChange.NetworkAvailabilityChanged += HandleAvailability;
        }
        catch (Exception e) when (e is NetworkInformationException or PlatformNotSupportedException)
        {
            // Not here: a line that dies is noticed by its silence.
        }
    }

    /// <summary>Ends; a last telling may be under way.</summary>
    public void Dispose()
    {
        lock (_gate)
            _isOver = true;
        NetworkChange.NetworkAddressChanged -= HandleAddresses;
        NetworkChange.NetworkAvailabilityChanged -= HandleAvailability;
        _again.Dispose();
    }

    private void HandleAddresses(object? sender, EventArgs e) => Notice();

    private void HandleAvailability(object? sender, NetworkAvailabilityEventArgs e) => Notice();

    private void Notice()
    {
        Look();
        lock (_gate)
        {
            if (!_isOver)
                _again.Change(Later, Timeout.InfiniteTimeSpan);
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            _isDue = true;
            if (_isLooking || _isOver)
                return;
            _isLooking = true;
        }

        _ = Task.Run(LookNow);
    }

    private void LookNow()
    {
        while (TryBegin())
        {
            if (HostAddresses.Present() is { } present)
                _tell(present);
        }
    }

    private bool TryBegin()
    {
        lock (_gate)
        {
            _isLooking = _isDue && !_isOver;
            _isDue = false;
            return _isLooking;
        }
    }
}
