"""The way in, bytes to report. Knows nobody above, holds no key and no database, and can be deployed alone."""
