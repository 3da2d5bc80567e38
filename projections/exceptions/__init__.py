"""What in the book is worth a look: never an accusation, always with the entries it rests on.

Each rule is a pure function of what the log tells (`book`) and of the thresholds that the community agreed upon (audit
practice: ISA 240 lists such marks). `looking` asks all of them, `kept` keeps what they found for pages.
"""
