"""The store as forwarding needs it: which logs have something to send, how far each was sent, and how destinations
fare.
"""
