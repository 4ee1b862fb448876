"""Rules, signals and the judge: from facts about a tool to a label with its reasons."""
