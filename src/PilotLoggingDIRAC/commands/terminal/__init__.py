"""The part of a command that all of them share.

``exit_code`` begins and ends a command, ``interrupt`` ends it on Ctrl-C. ``switches`` turns switches into a selection
of logs; ``answers`` turns the answers of services into values and named errors; ``side_by_side`` asks several within
one time. ``console`` prints, with ``colours`` on a terminal. ``known_names`` suggests names, ``name_cache`` holds them
for completion in the shell. ``user_proxy`` tells whether the user's proxy is why nobody answers.
"""
