"""Files that carry a credential: a PDF certificate, a baked badge."""
