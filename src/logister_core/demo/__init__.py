"""Two weeks in the life of three services, told to a running server through the real client.

`story` puts together what happened, `telling` sends it, `decisions` are what people did about it meanwhile. The
services in `services` are real programs whose failures are caught and reported as anybody would.
"""
