"""Parts of pages that scripts ask for by name (specification, chapter 60 §2.2): the header that names one, and those
names that several features answer to.
"""

from __future__ import annotations

from typing import Final

FRAGMENT: Final = "X-Fragment"

LIST_FRAGMENT: Final = "project_inbox"
DETAIL_FRAGMENT: Final = "error_detail"
