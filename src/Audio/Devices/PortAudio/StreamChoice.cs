// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Earshot.Audio.Devices.PortAudio;

/// <summary>The rate and channels with which a device is opened: 48 kHz where it can, else its own rate; two channels where it has them.</summary>
/// <param name="SampleRate">Hz.</param>
/// <param name="Parameters">For Pa_OpenStream.</param>
internal readonly record struct StreamChoice(double SampleRate, PortAudioNative.StreamParameters Parameters)
{
    /// <summary>Asks the device what it takes.</summary>
    /// <exception cref="AudioDeviceException">Nothing, or it is in use.</exception>
    public static unsafe StreamChoice For(NumberedDevice device, AudioStreamRequest request, bool isCapture)
    {
        // Both stereo channels: a mono stream would come out of the left speaker only, or hear the wrong jack.
        var channels = Math.Min(2, isCapture ? device.Device.InputChannels : device.Device.OutputChannels);
        var error = 0;
        foreach (var rate in (ReadOnlySpan<double>)[48_000, device.Device.DefaultSampleRate])
        {
            for (var count = channels; count >= 1; count--)
            {
                var parameters = ParametersFor(device, request, isCapture, count);
                error = PortAudioNative.Pa_IsFormatSupported(isCapture ? &parameters : null, isCapture ? null : &parameters, rate);
                if (error == 0)
                    return new StreamChoice(rate, parameters);
            }
        }

        throw Refusal(device.Device.Name, error);
    }

    /// <summary>The line for a refused device.</summary>
    public static AudioDeviceException Refusal(string name, int error) => error == PortAudioNative.DeviceUnavailable
        ? new AudioDeviceException($"{name} is in use by another program, or was unplugged: close the other program or choose another device")
        : new AudioDeviceException($"{name} cannot be opened: {PortAudioNative.ErrorText(error)}");

    private static PortAudioNative.StreamParameters ParametersFor(NumberedDevice device, AudioStreamRequest request, bool isCapture, int channels)
    {
        var low = isCapture ? device.Device.InputLatency : device.Device.OutputLatency;
        var twoBlocks = 2 * Math.Clamp(request.BlockSamples, 120, 960) / 48_000.0;
        return new PortAudioNative.StreamParameters
        {
            Device = device.Index,
            ChannelCount = channels,
            SampleFormat = new CULong(PortAudioNative.Int16),
            SuggestedLatency = Math.Max(low?.TotalSeconds ?? 0, twoBlocks),
        };
    }
}
