"""The cost of each step as the catalogue grows: filled by statements, measured through the project's own code."""
