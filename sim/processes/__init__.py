"""The mechanisms of the market, one a file. They never import one another: they meet in `World`."""
