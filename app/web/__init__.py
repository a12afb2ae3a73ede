"""Pages for people: what they ask, read and take. A page is a function over values; only `pages` knows about routes."""
