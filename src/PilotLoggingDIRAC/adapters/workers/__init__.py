"""Child processes that act with one identity each, for work on storage elements and computing elements.

DIRAC's plugins change the environment of their whole process and may hang. So each operation (``operations``) runs in a
child process (``child``) with one identity and one proxy (``proxies``). The parent (``Worker``) sends requests as lines
of JSON and kills the child after a time limit. ``WorkerPool`` bounds the number of workers. No child, and no file in
its ``PrivateFolder``, outlives its parent for long, however the parent ends.
"""
