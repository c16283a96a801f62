"""What `manage.py store` can do, a module a subject; each has `add` (its arguments) and `run`."""
