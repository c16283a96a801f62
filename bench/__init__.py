"""Side-by-side measurements: ratios taken in one run, because a second on a busy machine means nothing."""
