"""Vendors of daily prices, one file each."""
