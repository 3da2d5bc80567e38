"""Comparing the record with itself: replays and anomalies."""
