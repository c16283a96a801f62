"""What REST stores and drop folders share: a data map walked over rows that come from anywhere but SQL."""
