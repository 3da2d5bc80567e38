"""The book added up again from the log alone, and set beside what people read: differences, and what is kept of each check."""
