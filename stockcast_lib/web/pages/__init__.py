"""HTML pages: the API's reference, what problems mean."""
