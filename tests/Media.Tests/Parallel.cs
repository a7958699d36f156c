// SPDX-License-Identifier: MIT

// Calls on real sockets last as long as they sound; most of that time nobody computes.
[assembly: Xunit.v3.Parallelization(MaxThreads = 8)]
