"""The door of Monitoring/WebApp, which gives pilots' output and logging info by our chains of sources."""
