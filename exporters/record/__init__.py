"""The record of processing of a controller (Art. 30): purposes, recipients, sources, transfers, automated decisions, retention.

With the data maps it is the source of what Art. 15(1) and (2) want said beside the data.
"""
