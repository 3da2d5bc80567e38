"""Pages with figures and reports."""
