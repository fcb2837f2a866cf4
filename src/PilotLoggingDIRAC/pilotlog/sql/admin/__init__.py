"""The administrators' side of the store: deleting, importing, figures of its use."""
