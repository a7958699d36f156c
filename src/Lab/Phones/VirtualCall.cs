// SPDX-License-Identifier: MIT
using Earshot.Calls;
using Earshot.Protocol;

namespace Earshot.Lab.Phones;

/// <summary>One call of a <see cref="VirtualPhone"/>, and what its user was told.</summary>
internal sealed class VirtualCall : ICallListener
{
    private readonly VirtualPhone _phone;

    public VirtualCall(VirtualPhone phone, CallTimes times)
    {
        _phone = phone;
        Machine = new CallMachine(times, phone.Random);
        Carried = phone.MakeMedia?.Invoke(this) ?? new ScriptedMedia(phone.Name);
        Driver = new CallDriver(phone.Core, Machine, Carried, this);
    }

    public CallMachine Machine { get; }

    public CallDriver Driver { get; }

    /// <summary>What describes and flows.</summary>
    public ICallMedia Carried { get; }

    /// <summary>The same where the phone's media is scripted.</summary>
    public ScriptedMedia Media => (ScriptedMedia)Carried;

    public bool Rang { get; private set; }

    public bool IsConnected { get; private set; }

    public int Changes { get; private set; }

    public int ChangesRefused { get; private set; }

    /// <summary>How it ended; null while it goes on.</summary>
    public CallEnd? End { get; private set; }

    /// <summary>Ends that were told: more than one is a fault.</summary>
    public int Ends { get; private set; }

    public void Answer(Instant now) => _phone.Do(now, () => Driver.Answer(now));

    public void HangUp(Instant now) => _phone.Do(now, () => Driver.HangUp(now));

    public void Reject(Instant now, int status) => _phone.Do(now, () => Driver.Reject(now, status));

    public void ShutDown(Instant now) => _phone.Do(now, () => Driver.ShutDown(now));

    public void HandleKeysAgreed(Instant now) => _phone.Do(now, Driver.HandleKeysAgreed);

    public void HandlePathFailed(Instant now, CallEnd why) => _phone.Do(now, () => Driver.HandlePathFailed(now, why));

    public void HandleCandidates(Instant now) => _phone.Do(now, () => Driver.HandleCandidates(now));

    public void ChangeSession(Instant now) => _phone.Do(now, () => Driver.ChangeSession(now));

    public void HandleSilence(Instant now, TimeSpan silence) => _phone.Do(now, () => Driver.HandleSilence(now, silence));

    void ICallListener.OnRinging(int status, bool earlyMedia) => Rang = true;

    void ICallListener.OnConnected() => IsConnected = true;

    void ICallListener.OnChanged() => Changes++;

    void ICallListener.OnChangeRefused(int status, string message) => ChangesRefused++;

    void ICallListener.OnEnded(CallEnd end)
    {
        End ??= end;
        Ends++;
    }
}
