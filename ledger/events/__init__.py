"""What can happen, noun by noun: facts that are registered in `ledger.catalogue`."""
