"""Views: parse, call a verb with the time, answer."""
