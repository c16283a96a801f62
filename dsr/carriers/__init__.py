"""What carries a code to a person beside mail: an SMS gateway over HTTP, a folder that a post room prints from."""
