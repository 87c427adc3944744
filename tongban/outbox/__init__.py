"""Background work that joins the caller's transaction, survives ``kill -9`` and shows what it could not do."""
