"""WHMCS: billing and customer system."""
