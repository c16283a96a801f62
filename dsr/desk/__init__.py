"""The staff interface: parse with a form, call a verb with the time, answer. The law and the workflow are elsewhere."""
