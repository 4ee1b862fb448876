"""The stages joined: from a target to labelled servers, and from a list of sources to the store."""
