"""`./dev matrix`: the platforms that this extension is said to run on, each with the tests that show it."""
