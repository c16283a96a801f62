"""Help for testing exporters: the conformance kit."""
