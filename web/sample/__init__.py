"""Generated communities, above all the sample neighbourhood: invented people whose exchanges are recorded by commands.

`neighbours` says who they are, `village` plans who helps whom, `acts` how that is recorded, and `filling` does it all.
"""
