"""HOW it is secured: each proof format a module, each named in one tuple."""

from app.core.proof import data_integrity, vc_jwt

FORMATS = (data_integrity, vc_jwt)
