"""What staff types in: forms that check and clean, and know nothing of verbs."""
