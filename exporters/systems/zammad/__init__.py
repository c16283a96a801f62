"""Zammad: support tickets over its REST interface."""
