"""`logister bench`: how much intake and the projector do on this machine, next to twins that do less.

Every figure is taken on PostgreSQL, from real server processes, in one run, so that a slow or busy machine slows down
all of them alike and the ratios can be compared between machines. `measure` holds the plan, `report` the words;
`web`, `worker`, `load` and `bare` are the programs that run as processes of their own.
"""
