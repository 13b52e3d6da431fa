"""People with accounts, as administrators see them."""
