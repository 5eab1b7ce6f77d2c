"""A small service behind pgsidecar. Nothing in it knows that there is a pooler."""
