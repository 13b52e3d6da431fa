"""How a project groups its errors: the choice, and what another choice would do to the events of late."""
