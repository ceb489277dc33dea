"""What a forecast rests on, for its readers: the executed notebook as a page, the path as CSV."""
