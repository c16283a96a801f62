"""`python -m bench`: all measurements."""

from bench.measure import run_all

run_all()
