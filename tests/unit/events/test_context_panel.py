"""Context in groups, with nothing secret in it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from factories.errors import key_error
from logister_core.events import context_panel as panels
from logister_core.events.safety import safe_context
from logister_core.events.value_filters import ValueFilters
from logister_core.ingest.models import IngestEvent

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def event(**values):
    defaults = {
        "uuid": UUID(int=7),
        "event_type": "error",
        "message": "boom",
        "occurred_at": NOW,
        "received_at": NOW,
        "time_precision": "exact",
        "environment": "production",
        "tags": None,
    }
    return IngestEvent(**defaults | values)


FILTERS = ValueFilters("/inbox", "/activity", is_error=True)


def context_panel(shown, context, filters=FILTERS):
    return panels.context_panel(shown, safe_context(context), filters)


def rows(panel, title):
    found = {section.title: {fact.label: fact.value for fact in section.facts} for section in panel.sections}
    return found.get(title)


def whole(panel):
    return repr(panel)


def test_facts_stand_in_their_groups():
    panel = context_panel(event(release="1.4.2", end_user_id="4711", status_code="500"), key_error()["context"])
    assert rows(panel, "Request")["Method"] == "POST"
    assert rows(panel, "Request")["Status"] == "500"
    assert rows(panel, "Person") == {
        "Id": "4711",
        "plan": "business",
        "email": '<span class="redacted">redacted</span>',
    }
    assert rows(panel, "Release and environment")["Commit"] == "9f3c1ab"
    assert rows(panel, "Runtime") == {"Runtime": "python", "Python": "3.11.7", "Host": "web-1"}


def test_what_has_no_group_is_shown_as_a_tree_and_nothing_twice():
    panel = context_panel(event(), {"cart": {"coupon": None}, "release": "1", "cartId": 3, "cart_id": 3})
    assert "cart" in panel.rest
    assert "coupon" in panel.rest
    assert "release" not in panel.rest
    assert panel.rest.count(">3<") + panel.rest.count(" 3<") == 1


def test_no_secret_is_anywhere_on_the_panel():
    panel = context_panel(event(), key_error()["context"])
    assert "hunter2" not in whole(panel)
    assert "person@example.com" not in whole(panel)
    assert "[REDACTED]" in panel.raw


def test_case_20_30_secrets_are_replaced_and_a_class_name_is_not():
    context = {"token": "x9", "request": {"headers": {"Authorization": "Bearer y9"}}, "class_name": "Checkout"}
    panel = context_panel(event(), context)
    assert "x9" not in whole(panel)
    assert "y9" not in whole(panel)
    assert "Checkout" in panel.rest
    assert '"class_name": "Checkout"' in panel.raw


def test_markup_in_values_and_keys_is_escaped():
    panel = context_panel(event(), {"<script>": {"<b>": "<img src=x>"}, "user": {"name": "<i>Ana</i>"}})
    shown = str(panel.rest) + str(rows(panel, "Person")["name"])
    assert "<script>" not in shown
    assert "<b>" not in shown
    assert "<img" not in shown
    assert "&lt;i&gt;Ana" in shown


def test_deep_and_wide_contexts_stay_bounded():
    deep: dict = {}
    for _ in range(90):
        deep = {"a": deep}
    panel = context_panel(event(), {"deep": deep, "wide": {f"k{n}": n for n in range(5_000)}})
    assert len(panel.rest) < 60_000
    assert "…" in panel.rest


def test_a_metric_and_a_transaction_say_what_they_measured():
    metric = context_panel(event(event_type="metric", metric_value=1234.5, metric_unit="ms"), {})
    assert rows(metric, "Measurement") == {"Value": "1,234.5 ms"}
    spent = context_panel(
        event(event_type="transaction", duration_ms=340.0, transaction_name="GET /", status_code="200"), {}
    )
    assert rows(spent, "Measurement") == {"Duration": "340 ms", "Transaction": "GET /", "Status": "200"}


def test_only_a_message_of_several_lines_is_repeated():
    assert context_panel(event(message="one line"), {}).message is None
    assert context_panel(event(message="one\ntwo"), {}).message == "one\ntwo"


def test_raw_json_that_does_not_fit_is_cut_and_says_so():
    panel = context_panel(event(), {f"key{n}": "x" * 10_000 for n in range(100)})
    assert panel.raw_cut
    assert len(panel.raw) < 450_000


def fact(panel, label):
    return next(fact for section in panel.sections for fact in section.facts if fact.label == label)


def test_values_lead_to_everything_else_with_the_same_value():
    shown = event(release='1.4 "beta"', level="error")
    error = context_panel(shown, {})
    assert fact(error, "Environment").href == "/inbox?filter=all&q=env%3Aproduction"
    assert fact(error, "Release").href == "/inbox?filter=all&q=release%3A%221.4+%5C%22beta%5C%22%22"
    assert fact(error, "Level").href == "/inbox?filter=all&q=level%3Aerror"
    other = context_panel(shown, {}, ValueFilters("/inbox", "/activity", is_error=False))
    assert fact(other, "Environment").href == "/activity?period=all&environment=production"
    assert fact(other, "Level").href == "/activity?period=all&level=error"
    other = context_panel(event(service="web"), {}, ValueFilters("/inbox", "/activity", is_error=False))
    assert fact(other, "Service").href == "/activity?period=all&service=web"
    assert fact(context_panel(event(service="web"), {}), "Service").href is None


def test_whole_values_can_be_copied_but_no_secrets_and_nothing_short():
    panel = context_panel(event(), {"user": {"name": "x" * 2_000, "email": "ana@example.com", "plan": "pro"}})
    assert fact(panel, "name").copied == "x" * 2_000
    assert "…" in fact(panel, "name").value
    assert fact(panel, "email").copied is None
    assert fact(panel, "plan").copied is None


def test_dotnet_requests_show_query_route_values_and_endpoint_matches():
    context = {"request": {"url": "https://x.example/o?page=2&page=3&token=hunter2", "route_values": {"id": "7"}}}
    panel = context_panel(event(message="Ambiguous.\nMatches:\n  Shop.Orders\n\n  Shop.Orders2\n"), context)
    assert rows(panel, "Query") == {"page": "2, 3", "token": '<span class="redacted">redacted</span>'}
    assert rows(panel, "Route") == {"id": "7"}
    assert list(rows(panel, "Endpoint matches").values()) == ["Shop.Orders", "Shop.Orders2"]


def test_cgi_variables_tell_the_request_of_a_cfml_engine():
    cgi = {"REQUEST_METHOD": "GET", "SCRIPT_NAME": "/cart.cfm", "QUERY_STRING": "id=3", "REMOTE_ADDR": "192.0.2.1"}
    panel = context_panel(event(), {"cgi": cgi})
    assert rows(panel, "Request") == {"Method": "GET", "Address": "/cart.cfm?id=3", "Client address": "192.0.2.1"}
    assert rows(panel, "CGI")["SCRIPT_NAME"] == "/cart.cfm"
