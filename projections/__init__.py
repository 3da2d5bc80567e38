"""What people read: each read model is computed from the log alone, and can be thrown away and made again at will.

The projector takes new entries from the log, gives each read model the batch, and keeps the rows together with the
position reached, so that every entry counts exactly once. `Views` gathers the read models of one community.
"""
