"""The only place that knows tables. Functions take `session` first and never commit: entry points do."""
