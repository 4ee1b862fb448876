"""Measurements against recordings and labelled sets."""
