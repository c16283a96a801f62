"""The desk of a large provider under its office's load."""
