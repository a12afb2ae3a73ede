"""STILL valid? Each status mechanism a module, each named in one tuple."""

from app.core.status import bitstring_status_list

MECHANISMS = (bitstring_status_list,)
