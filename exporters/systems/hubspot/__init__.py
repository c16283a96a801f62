"""HubSpot: contacts with their earlier values and notes."""
