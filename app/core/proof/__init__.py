"""HOW it is secured: each proof format a module, each named in one tuple."""

from app.core.proof import data_integrity, sd_jwt_vc, vc_jwt, vc_sd_jwt

FORMATS = (data_integrity, vc_jwt, sd_jwt_vc, vc_sd_jwt)
