"""Commands about why pilots fail: the diagnosis of one, the figures of many, failures that no rule knows."""
