"""The scenarios SC-01 … SC-25 of the rule book, each as a story through the verbs."""
