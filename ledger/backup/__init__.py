"""Backup and restore: one file that holds a community, whichever database it came from and goes to.

The file (`file`) carries the log as it is hashed and the words of the people store; read models are made anew, and the
seal stays where it is. It is written while pages are served (`writing`) and checked from end to end (`checking`) before it
takes its name, and again before a place is filled from it (`filling`) and put where the community lives (`restoring`).
"""
