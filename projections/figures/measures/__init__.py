"""Contribution and reciprocity: pure functions from the acts that count to figures, exact in whole minutes or acts.

`acts` defines what counts and who helped whom how much. The other modules are measures of it; `statistics` puts most of
them together. Nothing here reads a log, a database or a clock. `projections.figures.privacy` decides who can see which figure.
"""
