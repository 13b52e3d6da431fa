"""Which rule decides, and what the key looks like (spec 20 §4, architecture §7)."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

import pytest

from logister_core.error_groups.grouping import STRATEGIES, GroupingDecision, decide, facts

EVENT = UUID("0197a4f0-0000-7000-8000-000000000001")
PYTHON = {
    "exception": {
        "class": "KeyError",
        "frames": [{"filename": "/srv/app/shop/orders.py", "lineno": 9, "name": "process", "line": "return x"}],
    }
}


def decision(strategy, message="Boom", *, fingerprint=None, context=None):
    return decide(strategy, fingerprint=fingerprint, message=message, context=context or {}, event_uuid=EVENT)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_clients_fingerprint_beats_every_strategy_and_stays_as_sent(strategy):
    assert decision(strategy, fingerprint=" fp-1 ", context=PYTHON) == GroupingDecision("fingerprint", " fp-1 ")


@pytest.mark.parametrize("blank", ["", "  ", "\n", None])
def test_a_blank_fingerprint_counts_as_absent(blank):
    assert decision("message_exact", fingerprint=blank) == GroupingDecision("message_exact", "Boom")


def test_case_20_06_first_message_line_is_the_key_with_message_exact():
    assert decision("message_exact", "Boom 7\nmore") == GroupingDecision("message_exact", "Boom 7")


def test_case_20_06_an_empty_first_line_makes_the_event_its_own_group_with_message_exact():
    assert decision("message_exact", "\nx") == GroupingDecision("message_exact", str(EVENT))


@pytest.mark.parametrize("long", ["k" * 513, "ü" * 257, "😀" * 129])
def test_case_20_07_a_key_over_512_bytes_is_stored_as_its_digest(long):
    expected = "sha256:" + sha256(long.encode()).hexdigest()

    assert decision("stack", fingerprint=long).key == expected
    assert decision("message_exact", long).key == expected


@pytest.mark.parametrize("fits", ["k" * 512, "ü" * 256, "😀" * 128])
def test_case_20_07_a_key_of_512_bytes_is_kept(fits):
    assert decision("stack", fingerprint=fits).key == fits


def test_the_stack_decides_when_there_is_one():
    found = decision("stack", context=PYTHON)

    assert found.strategy == "stack"
    assert found.key.startswith("stack:v1:")
    assert len(found.key) == len("stack:v1:") + 32


def test_without_a_usable_frame_the_message_decides():
    found = decision("stack", "order 17 missing", context={"exception": {"class": "KeyError"}})

    assert found.strategy == "message"
    assert found == decision("stack", "order 18 missing", context={"exception": {"class": "KeyError"}})
    assert found != decision("stack", "order 18 missing", context={"exception": {"class": "ValueError"}})


def test_keys_of_stack_and_message_never_change():
    # Stored groups depend on these very keys: a change needs a new version in the prefix, not a new value here.
    assert decision("stack", context=PYTHON).key == "stack:v1:4862e955f4e8943522e7e00ddcaec3c4"
    assert decision("message", "order 17 missing", context=PYTHON).key == "message:v1:c0c90a3882db4f4fc9b80130a46b379e"


def test_an_unknown_strategy_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="unknown grouping strategy 'magic'"):
        decision("magic")


def test_facts_tell_what_decided():
    def told(strategy, message="order 17 missing", *, fingerprint=None, context=None):
        return facts(strategy, fingerprint=fingerprint, message=message, context=context or {}, event_uuid=EVENT)

    assert told("stack", fingerprint="fp") == {"strategy": "fingerprint", "fingerprint": "fp"}
    assert told("stack", context=PYTHON) == {
        "strategy": "stack",
        "types": ["KeyError"],
        "frames": ["shop/orders.py in process"],
        "in_app": True,
    }
    assert told("stack") == {
        "strategy": "message",
        "types": [],
        "message": "order <n> missing",
        "fallback_from": "stack",
    }
    assert told("message_exact") == {"strategy": "message_exact", "message": "order 17 missing"}
    assert told("message_exact", "\nx") == {"strategy": "message_exact", "event": str(EVENT)}
