"""The sample neighbourhood: invented people, and two years of help among them, recorded through the real commands.

`names` says who lives there, `notes` what they write, `village` who helps whom and when, `filling` records it all.
"""
