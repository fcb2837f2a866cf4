"""Diagnoses of running pilots: what is known so far, some seconds after the text has come.

``RunningDiagnoser`` finds logs that are received and have text that it has not read, and reads on where it stopped: the
readers of logs stay in memory (``Readings``), a bounded number of them. It works in a thread of the agent, for a share
of the time. What it stores says so (``Diagnosed.running``), never replaces the diagnosis of an ended log, and is
replaced by that. ``received`` is the store as it needs it.
"""
