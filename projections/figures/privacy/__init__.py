"""Which figures about several people may be shown, and to whom. Every group figure passes through here.

`cells` says when a figure rests on enough people, `tables` hides what could be found by subtraction, `periods` are the
only ones there are, and `figures` is the door: statistics go in, what may be shown comes out. What a member reads of
their own entries, and what two people read of what went between them, does not pass here; nor do auditors' exports.

The rules are those of official statistics: a least number of people, dominance (n, k), complementary suppression,
rounding, fixed periods, and at most one attribute beside time.
"""
