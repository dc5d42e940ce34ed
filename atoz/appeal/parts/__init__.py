"""The parts of an appeal, one file per idea: each says what the facts let it say, and nothing else."""
