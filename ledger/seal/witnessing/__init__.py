"""Witnesses: signing the checkpoints of other logs (`witness`), listing witnesses of this log, and asking them to sign."""
