"""What the two workers do with a job, over ports alone."""
