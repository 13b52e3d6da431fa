"""Errors that are one: several groups merged into one, and taken apart again.

A merge leads keys elsewhere and carries occurrences over; nothing is thrown away. Every part keeps a row of its own in
`error_groups`, hidden (`merged_into_id`), which goes on counting the events of its own keys. The group people see is
the sum of its parts; its own share, what it was before and what its own keys brought since, is such a row too
(`own_share_id`). So taking a part out needs no arithmetic on what retention may have removed.
"""
