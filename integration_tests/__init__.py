"""Tests on a real DIRAC, which `integration_tests.stack` builds and runs on one machine."""
