// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using Earshot.Audio.Native;

namespace Earshot.Audio.Devices.PortAudio;

/// <summary>The part of PortAudio's C interface (portaudio.h, version 19.6) that is used here.</summary>
internal static unsafe partial class PortAudioNative
{
    /// <summary>Its logical name: <see cref="NativeLibraries.ResolveFor"/>, called by <see cref="PortAudioSession"/>, finds the file.</summary>
    public const string Library = NativeLibraries.PortAudio;

    /// <summary>paInt16.</summary>
    public const uint Int16 = 8;

    /// <summary>paDitherOff.</summary>
    public const uint DitherOff = 2;

    /// <summary>paDeviceUnavailable.</summary>
    public const int DeviceUnavailable = -9985;

    /// <summary>paJACK in PaHostApiTypeId.</summary>
    public const int JackHostApi = 12;

    [LibraryImport(Library)]
    public static partial int Pa_Initialize();

    [LibraryImport(Library)]
    public static partial int Pa_Terminate();

    [LibraryImport(Library)]
    public static partial nint Pa_GetErrorText(int error);

    [LibraryImport(Library)]
    public static partial int Pa_GetDeviceCount();

    [LibraryImport(Library)]
    public static partial DeviceInfo* Pa_GetDeviceInfo(int device);

    [LibraryImport(Library)]
    public static partial int Pa_GetHostApiCount();

    [LibraryImport(Library)]
    public static partial int Pa_GetDefaultHostApi();

    [LibraryImport(Library)]
    public static partial HostApiInfo* Pa_GetHostApiInfo(int hostApi);

    [LibraryImport(Library)]
    public static partial int Pa_IsFormatSupported(StreamParameters* input, StreamParameters* output, double sampleRate);

    [LibraryImport(Library)]
    public static partial int Pa_OpenStream(
        nint* stream,
        StreamParameters* input,
        StreamParameters* output,
        double sampleRate,
        CULong framesPerBuffer,
        CULong flags,
        delegate* unmanaged[Cdecl]<void*, void*, CULong, StreamTimes*, CULong, void*, int> callback,
        nint userData);

    [LibraryImport(Library)]
    public static partial int Pa_StartStream(nint stream);

    [LibraryImport(Library)]
    public static partial int Pa_AbortStream(nint stream);

    [LibraryImport(Library)]
    public static partial int Pa_CloseStream(nint stream);

    [LibraryImport(Library)]
    public static partial int Pa_IsStreamActive(nint stream);

    /// <summary>What an error number means.</summary>
    public static string ErrorText(int error) => Marshal.PtrToStringUTF8(Pa_GetErrorText(error)) ?? $"error {error}";

    /// <summary>PaDeviceInfo.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct DeviceInfo
    {
        public int StructVersion;
        public nint Name;
        public int HostApi;
        public int MaxInputChannels;
        public int MaxOutputChannels;
        public double DefaultLowInputLatency;
        public double DefaultLowOutputLatency;
        public double DefaultHighInputLatency;
        public double DefaultHighOutputLatency;
        public double DefaultSampleRate;
    }

    /// <summary>PaHostApiInfo.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct HostApiInfo
    {
        public int StructVersion;
        public int Type;
        public nint Name;
        public int DeviceCount;
        public int DefaultInputDevice;
        public int DefaultOutputDevice;
    }

    /// <summary>PaStreamParameters.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct StreamParameters
    {
        public int Device;
        public int ChannelCount;
        public CULong SampleFormat;
        public double SuggestedLatency;
        public nint HostApiSpecific;
    }

    /// <summary>PaStreamCallbackTimeInfo, seconds on the stream's own clock.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct StreamTimes
    {
        public double InputAdc;
        public double Current;
        public double OutputDac;
    }
}
