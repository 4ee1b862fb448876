"""How fast the site is built, beside two well-known generators, from the same records."""
