"""STILL valid? Each status mechanism a module, each named in one tuple."""

from app.core.status import bitstring_status_list, status_list_2021

MECHANISMS = (bitstring_status_list, status_list_2021)
