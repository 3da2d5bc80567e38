"""How read models are fed, paged, locked and rebuilt."""
