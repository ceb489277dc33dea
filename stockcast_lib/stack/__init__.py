"""The local stack: real servers as child processes on loopback, and what checks them."""
