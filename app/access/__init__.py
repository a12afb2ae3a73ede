"""Who may do what: institutions' clients, their tokens, and what each token allows."""
