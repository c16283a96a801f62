"""How a value stops naming a person: the strategies rules 6.2 allow, and the reasons it forbids the others."""
