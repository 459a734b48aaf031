"""Speed and size of the kit, each beside a peer in the same process: `python -m benchmarks`."""
