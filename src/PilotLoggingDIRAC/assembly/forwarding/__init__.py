"""Forwarding, put together: the destinations of each VO, their plugins, and the agent that sends."""
