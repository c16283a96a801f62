"""Taking things out of texts and files for good: spans, detectors, text of files, files made anew. No database, no web."""
