"""What anybody may ask of the ledger, one module for each noun; the time bank gathers them."""
