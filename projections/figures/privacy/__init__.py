"""Which figures about several people may be shown, and to whom. All figures of groups and of the community pass through here.

`cells` decides whether a figure is based on enough people, `tables` hides what could be found by subtraction, and `figures`
turns statistics into what may be shown. A member's own entries, what two people gave each other, and auditors' exports do
not pass through here.

The rules are those of official statistics: a minimum number of people, dominance (n, k), complementary suppression,
rounding, fixed periods, and one attribute at a time.
"""
