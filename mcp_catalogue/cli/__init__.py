"""The command `catalogue`: one module per command, each a thin function that parses, calls and prints."""
