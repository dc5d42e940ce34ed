"""Everything that touches the world, one file per thing done to it."""
