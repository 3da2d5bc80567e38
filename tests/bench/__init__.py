"""How fast it is, as ratios against floors and peers measured in the same run. `make bench` runs it; no test depends on it."""
