"""Personal data: names, contacts, notes and reasons, outside the log so that they can be erased."""
