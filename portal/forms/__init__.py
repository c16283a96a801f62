"""What the portal asks, one small form per page."""
