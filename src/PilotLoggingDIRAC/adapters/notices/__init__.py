"""The ways to recipients of notices: mail by DIRAC's notification, and webhooks.

Each has ``send(digest)``, which returns once the digest was delivered, or raises NoticeNotSent within a time limit. To
add one, write such a class, and yield its recipients in ``assembly.notices.subscriptions.Channels``.
"""
