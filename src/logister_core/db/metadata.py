"""Every table, for migrations and tests. Importing this module imports all models."""

from __future__ import annotations

from logister_core.accounts import models as accounts
from logister_core.api_keys import models as api_keys
from logister_core.audit import models as audit
from logister_core.cli_access import models as cli_access
from logister_core.client_submissions import models as client_submissions
from logister_core.db.base import Base
from logister_core.deployments import models as deployments
from logister_core.error_groups import models as error_groups
from logister_core.error_groups.history import models as error_group_history
from logister_core.error_groups.links import models as error_group_links
from logister_core.events.evidence import models as evidence
from logister_core.ingest import models as ingest
from logister_core.installation import models as installation
from logister_core.invitations import models as invitations
from logister_core.mail import models as mail
from logister_core.mobile_tokens import models as mobile_tokens
from logister_core.monitors import models as monitors
from logister_core.notifications import models as notifications
from logister_core.oidc import models as oidc
from logister_core.outbox import models as outbox
from logister_core.projects import models as projects
from logister_core.projects import retention as retention_policies
from logister_core.purges import models as purges
from logister_core.receipts import models as receipts
from logister_core.releases import models as releases
from logister_core.second_factors import models as second_factors
from logister_core.source_repositories import models as source_repositories
from logister_core.tasks import models as tasks
from logister_core.updates import models as updates

MODEL_MODULES = (
    accounts,
    api_keys,
    audit,
    cli_access,
    client_submissions,
    deployments,
    error_groups,
    error_group_history,
    error_group_links,
    evidence,
    ingest,
    installation,
    mail,
    invitations,
    mobile_tokens,
    monitors,
    notifications,
    oidc,
    outbox,
    projects,
    second_factors,
    source_repositories,
    purges,
    receipts,
    releases,
    retention_policies,
    tasks,
    updates,
)

metadata = Base.metadata
