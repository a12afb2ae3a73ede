"""WHAT is claimed: the micro-credential, and the shapes that it is written in."""

from app.core.credential import learning_credential, open_badge

# One entry a credential type: a module with TYPE, `write`, `read` and `problems`.
CREDENTIAL_TYPES = (open_badge, learning_credential)
