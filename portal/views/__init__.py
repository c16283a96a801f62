"""Thin views: parse with a form, call a verb with the time, answer."""
