"""Forwarding, put together: the destinations of each VO, their plugins, and the agent that sends.

``destinations`` reads which ones a VO names and makes each by its plugin; ``named`` turns that round: the VOs of each
destination. ``agent`` has the ``ForwardingAgent``, with two sending threads for each destination. ``texts`` gives the
text of logs that are sent again, also from archived copies.
"""
