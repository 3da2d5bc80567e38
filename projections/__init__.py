"""What people read: each read model is computed from the log alone, and can be deleted and rebuilt at will.

The projector reads new entries from the log, gives each read model the batch, and writes the rows and the checkpoint in one
transaction, so that every entry counts exactly once. `Views` holds the read models of one community.
"""
