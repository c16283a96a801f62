"""Stripe: customers with their subscriptions, invoices, payments and ways to pay."""
