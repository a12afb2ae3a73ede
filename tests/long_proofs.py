"""How much of a long proof runs: a tenth in `make test`, the whole in `make prove`."""

import os


def fraction() -> float:
    return 1.0 if os.environ.get("TESTAMUR_PROOFS") == "whole" else 0.1
