"""The web page: its endpoint, its answers and its live tail; ``static`` holds the page."""
