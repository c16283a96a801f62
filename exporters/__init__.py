"""Connections to the systems that hold subscribers' data. A library of its own: it knows nothing of the desk."""
