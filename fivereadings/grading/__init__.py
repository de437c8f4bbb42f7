"""Grade a class: intake (answers out of submissions), run (the released notebook), score (against the key)."""
