"""The pages of departments that work by hand: no account, a link and a code (docs/tasks.md, decision 083)."""
