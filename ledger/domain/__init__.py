"""The rules: pure functions from what is known and what is wished to facts, or to a refusal."""
