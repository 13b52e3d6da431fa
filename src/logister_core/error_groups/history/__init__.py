"""What became of a group: every change by a person or by the server, told in order and, while nothing else was
decided since, taken back by whoever made it.
"""
