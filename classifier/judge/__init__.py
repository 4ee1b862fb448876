"""The language model behind an OpenAI-compatible endpoint, and the bounds on what it may change."""
