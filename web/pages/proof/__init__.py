"""Pages about the seal, receipts and witnesses."""
