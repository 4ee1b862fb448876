"""What handlers do to the outside: declarative tables and the code that follows calls."""
