"""Credentials that others published, awarded again by Testamur with every fact in them."""
