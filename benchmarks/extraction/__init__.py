"""Measure the reader: bytes a second, processor time of a package, processes, memory."""
