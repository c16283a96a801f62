"""The machine interface: programs of the controller, each with a key of its own. JSON in, JSON or problem JSON (RFC 9457) out."""
