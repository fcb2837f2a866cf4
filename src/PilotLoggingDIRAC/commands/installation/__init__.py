"""Commands about an installation: its status, its doctor, its URLs, and the switch of a VO."""
