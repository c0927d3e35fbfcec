"""Long runs that measure how much mockpars withstands: `python -m benchmarks.soak`."""
