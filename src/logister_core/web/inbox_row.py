"""One group in the list of the inbox."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import escape

from logister_core.web.formatting import count
from logister_core.web.icons import icon
from logister_core.web.sparkline import Sparkline


class InboxRow(NamedTuple):
    """A row, in words wherever it can be. Marked rows are sent with the form "inbox-selection".

    `title` is one line for those who cannot see the row, `value` what of it is shown beside `type`; `told` has its
    numbers and times. `people` is short and in words. `project` is named in the list over all of them only. `note` is
    (kind, text), only for what differs from the normal case. `selected`: its detail is open.
    """

    uuid: str
    href: str
    project: str | None
    type: str | None
    value: str
    title: str
    told: str
    where: str
    events: int
    people: tuple[str, str] | None
    spark: Sparkline
    last: str
    note: tuple[str, str] | None
    owner: str | None
    selected: bool

    def __html__(self) -> str:
        """The row. Not a component of the template: a page has a hundred of them, and they took a tenth of its time."""
        uuid, selected = escape(self.uuid), self.selected
        kind = f"<strong>{escape(self.type)}</strong>" if self.type else ""
        project = f'<span class="inbox-project">{escape(self.project)}</span> · ' if self.project else ""
        note = f'<span class="badge {escape(self.note[0])}">{escape(self.note[1])}</span>' if self.note else ""
        return f"""<li data-group="{uuid}" class="inbox-row{" is-selected" if selected else ""}" data-row>
  <label class="inbox-select"><input class="inbox-check" type="checkbox" name="group_uuid" value="{uuid}"\
 form="inbox-selection" aria-label="Select {escape(self.title)}" data-select></label>
  <a class="inbox-link" href="{escape(self.href)}"{' aria-current="true"' if selected else ""}\
 title="{escape(self.told)}" data-row-link><span class="inbox-title">{kind} \
<span class="inbox-value">{escape(self.value)}</span></span></a>
  <span class="inbox-where">{project}{escape(self.where)}</span>
  <span class="inbox-note">{note}</span>
  <span class="inbox-spark">{self.spark.__html__()}</span>
  <span class="inbox-events">{count(self.events)}\
<span class="sr-only"> {"event" if self.events == 1 else "events"}</span></span>
  <span class="inbox-people">{_people(*self.people) if self.people else ""}</span>
  <span class="inbox-last"><span class="sr-only">last seen </span>{escape(self.last)}</span>
  <span class="inbox-owner">{_owner(self.owner) if self.owner else ""}</span>
</li>
"""


def _people(short: str, words: str) -> str:
    number = f'<span aria-hidden="true">{escape(short)}</span><span class="sr-only">{escape(words)}</span>'
    return f"{icon('person', 12)}{number}"


def _owner(name: str) -> str:
    letter = f'<span class="avatar avatar-small" data-letter="{escape(name[:1])}"></span>'
    return f'{letter} <span class="inbox-owner-name">{escape(name)}</span>'
