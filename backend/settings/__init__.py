"""What an operator sets: one frozen class of settings, and the keys."""
