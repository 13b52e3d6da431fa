import json
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures" / "telemetry"


def load(name):
    event = json.loads((FIXTURES / f"{name}.json").read_text())
    return {"event_type": "error", **event}


def context_of(normalize, **context):
    return normalize({"event_type": "error", "message": "m", "context": context}, mobile=True).context


def test_flat_android_fields_gain_their_canonical_objects(normalize):
    record = normalize(load("android_error"), mobile=True)
    context = record.context
    assert context["app"] == {
        "identifier": "com.acme.shop",
        "package_name": "com.acme.shop",
        "version_name": "1.4.0",
        "version_code": "42",
        "screen": "Checkout",
        "build_type": "release",
    }
    assert context["device"] == {"manufacturer": "Google", "brand": "google", "model": "Pixel 8"}
    assert context["os"] == {"name": "Android", "version": "15", "api_level": 35}
    assert context["error"] == {"mechanism": "handled_exception", "handled": True}
    assert context["telemetry_schema_version"] == 1
    assert context["device_model"] == "Pixel 8"
    assert record.exception_class == "java.lang.IllegalStateException"


def test_what_android_clients_nest_themselves_is_kept(normalize):
    sent = load("android_automatic_error")
    context = normalize(load("android_automatic_error"), mobile=True).context
    assert context["error"] == sent["context"]["error"]
    assert context["app"] == {**sent["context"]["app"], "identifier": "com.example.app"}
    assert context["telemetry_schema_version"] == 2


def test_canonical_ios_events_pass_unchanged(normalize):
    sent = load("ios_error")["context"]
    context = normalize(load("ios_error"), mobile=True).context
    for key in ("device", "os", "error", "symbolication", "session", "installation", "diagnostic", "breadcrumbs"):
        assert context[key] == sent[key]
    assert context["app"] == {**sent["app"], "package_name": "com.acme.shop"}
    assert context["apple_platform"] == "ios"


def test_flat_ios_fields_gain_their_canonical_objects(normalize):
    context = context_of(
        normalize,
        platform="iOS",
        bundle_identifier="com.acme.shop",
        ios_version="19.1",
        os_build="23A",
        cpu_architecture="arm64",
        distribution_channel="testflight",
        session_id="s",
        installation_id_hash="h",
        diagnostic_kind="watchdog",
        diagnostic_signature="sig",
        symbolication_status="missing",
        missing_symbol_uuids=["u"],
        handled=False,
        fatal=True,
        in_foreground=False,
        apple_os="ipados",
    )
    assert context["app"] == {
        "identifier": "com.acme.shop",
        "package_name": "com.acme.shop",
        "in_foreground": False,
    }
    assert context["os"] == {"name": "iOS", "version": "19.1", "build": "23A"}
    assert context["device"] == {"architecture": "arm64"}
    assert context["distribution"] == {"channel": "testflight"}
    assert context["session"] == {"id": "s"}
    assert context["installation"] == {"id_hash": "h"}
    assert context["diagnostic"] == {"kind": "watchdog", "signature": "sig"}
    assert context["symbolication"] == {"status": "missing", "missing_uuids": ["u"]}
    assert context["error"] == {"mechanism": "watchdog_termination", "handled": False, "fatal": True}
    assert context["apple_platform"] == "ipados"
    assert context["telemetry_evidence"]["fatality"] == "fatal"


def test_breadcrumbs_and_feature_flags_are_bounded(normalize):
    crumb = {"message": "m", "extra": 1, "data": {f"k{i}": i for i in range(30)}}
    context = context_of(
        normalize,
        platform="android",
        breadcrumbs=["text", *({**crumb, "timestamp": i} for i in range(150))],
        featureFlags={f"f{i}": True for i in range(60)},
    )
    assert len(context["breadcrumbs"]) == 100
    assert context["breadcrumbs"][-1]["timestamp"] == 149
    assert set(context["breadcrumbs"][0]) == {"timestamp", "message", "data"}
    assert len(context["breadcrumbs"][0]["data"]) == 20
    assert len(context["feature_flags"]) == 50
    assert len(context["featureFlags"]) == 60
    wrong = context_of(normalize, platform="ios", breadcrumbs="x", feature_flags="y")
    assert (wrong["breadcrumbs"], wrong["feature_flags"]) == ([], [])


def test_values_that_are_no_object_are_left_alone(normalize):
    context = context_of(normalize, platform="android", device="Pixel", device_model="Pixel 8", os=["x"])
    assert context["device"] == "Pixel"
    assert context["os"] == ["x"]


@pytest.mark.parametrize("platform", ["Linux-6.1-x86_64", "python", None, 5, {"os": "android"}])
def test_other_platforms_stay_as_sent(normalize, platform):
    sent = {"platform": platform, "device_model": "x", "breadcrumbs": [{"extra": 1}], "exception": {}}
    context = context_of(normalize, **sent)
    assert {key: context[key] for key in sent} == sent
    assert set(context) == {*sent, "environment", "telemetry_evidence"}


def test_an_exception_caught_by_another_mechanism_is_not_called_handled(normalize):
    context = context_of(normalize, platform="android", exception={"type": "E"}, error_mechanism="unhandled_exception")
    assert context["error"] == {"mechanism": "unhandled_exception"}
