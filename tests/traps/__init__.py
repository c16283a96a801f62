"""The 24 traps that programs of this kind fall into, and the tests that keep this one out of them (docs/traps.md)."""
