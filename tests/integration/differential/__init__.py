"""Random scripts of frontend messages, run on PostgreSQL itself and through pgsidecar and a rotating pgBouncer: the replies must be equal."""
