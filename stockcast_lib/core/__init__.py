"""The pure centre: jobs, prices, messages and results. No I/O, no clock, no environment."""
