"""The notifier's side of the store: ``standings`` has what each recipient was told, and what there is to tell."""
