"""An answer that is out: reminder, confirmation, taking back, offering again, the code of a letter."""
