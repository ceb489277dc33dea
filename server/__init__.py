"""The two server processes: the HTTP gateway and the stage worker."""
