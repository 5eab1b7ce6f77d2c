"""Random scripts of frontend messages on PostgreSQL and through pgsidecar: the replies must be equal."""
