"""Replays the rules of the community over a log: who was allowed to record what, and who had to agree.

`requirements` says what each entry needs, where it is read. `standing` and `changes` follow who is what, in the order of the log.
`stories` checks that the entries about each exchange and gift follow from each other, and `replay` puts all of it together.
"""
