"""Commands about an installation: its status, its doctor, its URLs, and the switch of a VO.

``status`` judges the answers to ``questions`` of collectors, database and ProxyManager (``data_managers``), and what
``configuration`` finds; ``status_report`` prints it. ``doctor`` runs its examinations (``checks``) side by side, the
status among them; ``doctor_report`` prints them. ``switching`` writes the options of a VO, ``collector_urls`` the URLs
of collectors. The judgements themselves are in ``pilotlog/admin``.
"""
