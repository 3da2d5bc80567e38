"""The framework of the pages: requests, access, forms, rendering, errors and middleware."""
