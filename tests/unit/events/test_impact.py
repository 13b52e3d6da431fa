"""Where and for whom an error happens."""

from __future__ import annotations

from logister_core.events.impact import RecentFacts, impact


def facts(**values):
    return RecentFacts(**dict.fromkeys(RecentFacts._fields) | {"environment": "production"} | values)


def test_only_what_differs_is_told_with_its_share():
    rows = [facts(release="1", end_user_id="7")] * 3 + [facts(release="2", end_user_id="8", session_id="s")]
    told = impact(rows)
    assert (told.among, told.people, told.sessions) == (4, 2, 1)
    [release] = told.varied
    assert [(share.value, share.count, share.percent) for share in release.shares] == [("1", 3, 75), ("2", 1, 25)]


def test_many_values_are_counted_and_rare_ones_are_not_nothing():
    rows = [facts(transaction_name="GET /")] * 990 + [facts(transaction_name=f"GET /{n}") for n in range(10)]
    [names] = impact(rows).varied
    assert len(names.shares) == 5
    assert names.others == 6
    assert [share.percent for share in names.shares] == [99, 1, 1, 1, 1]


def test_nothing_is_said_where_nothing_was_sent():
    told = impact([facts(), facts()])
    assert (told.people, told.sessions, told.varied) == (None, None, [])
