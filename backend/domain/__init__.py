"""What Reunify talks about: plain values, their rules, events and errors. Pure; nothing here does I/O."""
