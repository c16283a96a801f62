"""Connecting a system: what each kind of store asks for, and the commented entry of the store file made from the answers."""
