"""What a view can ask for."""

from __future__ import annotations

SIGNED_IN = "signed_in"
# Anybody with an account.
ADMINISTER = "administer"
# Application administrators.
VIEW = "view"
# Everybody who belongs to the project.
MANAGE = "manage"
# Its owner and its admins: keys, members, integrations.
OWN = "own"
# Its owner alone: rename, archive, restore, delete.
SETTINGS = "settings"
# Everybody who belongs to the project, and application administrators, who see nothing else of it.
