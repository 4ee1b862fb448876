"""The dataset in its formats."""
