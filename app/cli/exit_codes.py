"""The exit codes that commands share; those of a verdict are told where a credential is verified."""

DONE = 0
REFUSED = 1
UNREADABLE = 65  # EX_DATAERR of sysexits(3): there is no credential in it
UNAVAILABLE = 75  # EX_TEMPFAIL: it may be tried again
