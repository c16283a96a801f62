"""FOSSBilling over its administrator API."""
