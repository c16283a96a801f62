"""The data map of a store: which tables hold personal data, what makes a row hers, what each column is for.

A declared graph without expressions or code (house.md, Data map): it can be reviewed by people who do not program, it is
compared with the live store by `check`, and nothing outside it is ever read, disclosed or changed.
"""
