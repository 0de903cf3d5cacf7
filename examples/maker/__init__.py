"""Makes the example trove: see ../make-trove."""
