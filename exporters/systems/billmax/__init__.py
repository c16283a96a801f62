"""BillMax: billing for internet providers."""
