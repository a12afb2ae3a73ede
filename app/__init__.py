"""Testamur: European micro-credentials as verifiable credentials."""
