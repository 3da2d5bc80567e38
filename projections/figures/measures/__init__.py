"""Contribution and reciprocity: pure functions from the acts that count to figures, exact in whole minutes or acts.

`acts` says what counts and `ties` who helped whom how much; each other module is one measure, and `statistics` gathers
them. Nothing here reads a log, a database or a clock. Who may see which figure is decided in `projections.privacy`.
"""
