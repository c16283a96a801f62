"""Files that strangers send us: told what they are, cleaned in a process of their own, scanned. Knows no row and no page."""
