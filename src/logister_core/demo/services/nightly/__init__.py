"""What the shop does at night and every hour."""
