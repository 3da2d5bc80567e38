"""Bringing read models up to date: batches, checkpoints, locks, rebuilds; and paging through them."""
