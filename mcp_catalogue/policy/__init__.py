"""Decisions computed from classifications, and one module per policy format."""
