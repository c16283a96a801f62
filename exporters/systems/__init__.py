"""One folder per supported system: its data map, hooks where a map cannot say it, and a README with the evidence."""
