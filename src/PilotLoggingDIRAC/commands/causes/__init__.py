"""Commands about why pilots fail.

``diagnosing`` tells the causes of one pilot's failure, ``figures`` counts those of many, ``unknown_failures`` has the
groups of failures that no rule knows.
"""
