"""The static site: one frozen context class per page type, rendered with Jinja2."""
