"""What is decided: pure functions, without clock, network, randomness, database or private key."""
