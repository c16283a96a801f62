"""The demonstration: an invented provider, Northwave, with its subscribers, stores, staff and running requests."""
