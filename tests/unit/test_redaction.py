import pytest

from logister_core.redaction import REDACTED, is_sensitive, redact


@pytest.mark.parametrize(
    "key",
    [
        "apiKey", "private.key", "x-api-key", "sort_key", "api_key_id", "X-KEY", "password", "passwd", "userEmail",
        "client_secret", "csrfToken", "Authorization", "Set-Cookie", "cookies", "certificate", "otp", "otp_code",
        "totp", "userOtp", "userSSN", "ssn", "card_cvv", "cvv2", "CVC", "usercvv", "password_salt", "salted",
        "bcrypt", "encrypted_value", "session_id", "sessionId", "traceId", "request_id", "span_id", "user_id",
        "android-id", "device_id", "installationIdHash", "IDFA", "imei", "userIdentifier", "C.V.V",
    ],
)  # fmt: skip
def test_case_90_40_keys_of_secrets_and_identities_are_sensitive(key):
    assert is_sensitive(key)


@pytest.mark.parametrize(
    "key",
    [
        "monkey", "key", "keyboard", "traceparent", "class_name", "process_name", "className", "processName",
        "root_path", "hot_path", "hotPath", "footprint", "basalt", "cryptography", "id", "hash", "serial", "name",
        "message", "",
    ],
)  # fmt: skip
def test_case_90_40_readable_keys_stay_readable(key):
    assert not is_sensitive(key)


def test_identifiers_under_their_owner_are_sensitive():
    for parent in ("session", "Session", "installation"):
        assert is_sensitive("id", parent)
        assert is_sensitive("idHash", parent)
        assert is_sensitive("hash", parent)
        assert not is_sensitive("identifier", parent)
    assert is_sensitive("identifier", "user")
    assert is_sensitive("id", "user")
    assert not is_sensitive("name", "user")
    assert not is_sensitive("id", "order")


def test_case_10_20_a_stored_password_is_hidden_on_read():
    assert redact({"password": "p", "user": "x"}) == {"password": REDACTED, "user": "x"}


def test_case_20_30_nested_secrets_are_hidden_and_class_names_are_not():
    context = {"token": "x", "request": {"headers": {"Authorization": "Bearer y"}}, "class_name": "Shop"}
    assert redact(context) == {
        "token": REDACTED,
        "request": {"headers": {"Authorization": REDACTED}},
        "class_name": "Shop",
    }


def test_case_40_7_truth_values_stay_because_they_tell_nothing():
    context = {"session_id": "x", "installation": {"id_hash": "y"}, "token": True, "secret": None, "cookie": 0}
    assert redact(context) == {
        "session_id": REDACTED,
        "installation": {"id_hash": REDACTED},
        "token": True,
        "secret": None,
        "cookie": REDACTED,
    }


def test_containers_under_a_sensitive_key_are_replaced_whole():
    assert redact({"cookies": {"a": 1}, "tokens": [1]}) == {"cookies": REDACTED, "tokens": REDACTED}


def test_lists_are_transparent_for_the_parent():
    assert redact({"user": [{"id": 1, "name": "n"}], "list": [[{"secret": 1}]]}) == {
        "user": [{"id": REDACTED, "name": "n"}],
        "list": [[{"secret": REDACTED}]],
    }


def test_case_90_40_device_identifiers_are_hidden_inside_their_object():
    assert redact({"device": {"android-id": "x", "model": "m"}}) == {"device": {"android-id": REDACTED, "model": "m"}}


def test_the_original_is_left_alone():
    context = {"a": {"token": "x"}}
    redact(context)
    assert context == {"a": {"token": "x"}}


@pytest.mark.parametrize("key", ["acme-2_" + "0123456789abcdef" * 3, "logister_mobile_" + "0123456789abcdef" * 4])
def test_our_own_tokens_are_hidden_inside_text(key: str) -> None:
    shown = redact({"locals": {"client": f"LogisterClient(api_key='{key}', timeout=5)", "digest": "a" * 64}})
    assert shown == {"locals": {"client": "LogisterClient(api_key='[REDACTED]', timeout=5)", "digest": "a" * 64}}
