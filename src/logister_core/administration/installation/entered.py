"""What somebody entered on a page of settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from logister_core.administration.installation.values import SectionSetting
from logister_core.security.inputs import lines, one_line
from logister_core.settings import Settings
from logister_core.settings.loader import LEFT_OUT

VALUE_LENGTH = 10_000


@dataclass(slots=True)
class Entered:
    """`texts` are to be saved and `removals` to be removed, by key; what is in neither stays as it is. `shown` is what
    fields show again when something is wrong, without secrets. `problems` are sentences by key, "" for the whole.
    """

    texts: dict[str, str] = field(default_factory=dict)
    removals: set[str] = field(default_factory=set)
    shown: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def candidate(self, saved: Mapping[str, str]) -> dict[str, str]:
        """What would be saved then."""
        return {key: text for key, text in saved.items() if key not in self.removals} | self.texts


def read_entered(form: Any, settings: Sequence[SectionSetting], current: Settings) -> Entered:
    """`settings[<key>]` and `clear_keys[]` of a form, checked one by one and then together."""
    entered = Entered()
    cleared = set(form.getall("clear_keys[]"))
    for one in settings:
        if one.key in cleared:
            entered.removals.add(one.key)
            continue
        text = form.get(f"settings[{one.key}]")
        if text is not None:
            _read(entered, one, text, current.given.saved)
    if not entered.problems:
        _check_together(entered, current)
    return entered


def _read(entered: Entered, one: SectionSetting, text: str, saved: Mapping[str, str]) -> None:
    variable = one.variable
    text = lines(text) if "\n" in text.strip() else one_line(text)
    if not variable.secret:
        entered.shown[one.key] = text
    if not text:
        # A secret is never shown, so that its field is blank says nothing.
        if not variable.secret:
            entered.removals.add(one.key)
        return
    try:
        if len(text) > VALUE_LENGTH:
            raise ValueError
        value = variable.kind.read(text)
    except ValueError:
        entered.problems[one.key] = f"Expected {variable.kind.expected}."
        return
    if variable.kind.form == "switch" and one.key not in saved and value == _default(one):
        # A switch is always sent; nobody touched this one.
        return
    entered.texts[one.key] = text


def _default(one: SectionSetting) -> bool:
    default = one.variable.default
    return False if default is None else bool(one.variable.kind.read(default))


def _check_together(entered: Entered, current: Settings) -> None:
    known = set(current.left_out)
    candidate = current.with_saved(entered.candidate(current.given.saved))
    wrong = [sentence for sentence in candidate.left_out if sentence not in known]
    if wrong:
        entered.problems[""] = " ".join(f"{sentence.removeprefix(LEFT_OUT)}." for sentence in wrong)
