"""Pages for auditors."""
