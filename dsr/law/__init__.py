"""The law as tables and pure functions: no Django, no input or output, no clock of its own.

Everything here returns codes and dates, never sentences; `dsr.wording` has the words. Rule ids (T-05, I-01 …) are those of
the rule book named in docs/workflow.md.
"""
