"""Recipients: the register, notices, calls, and what the person learns (Art. 19, 17(2))."""
