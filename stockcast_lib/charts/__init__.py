"""Charts of forecasts: an interactive figure and a picture, from frames alone."""
