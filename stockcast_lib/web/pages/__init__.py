"""HTML pages: the executed notebook, the API's reference, what problems mean."""
