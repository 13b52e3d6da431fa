"""Which stacks are the same problem (architecture §7)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from logister_core.error_groups.grouping import stack
from logister_core.error_groups.grouping.stack import culprit, outline, stack_key
from logister_core.ingest.normalization import normalize_event

ROOTS = [
    "/app",
    "/code",
    "/srv/app",
    "/srv/shop/releases/20261103120000",
    "/var/www/shop/current",
    "/opt/shop",
    "/usr/src/app",
    "/home/ana/shop",
    "/home/ana/code/shop",
    "/Users/ana/dev/shop",
    "/var/task",
    "/tmp/8dc3a1f2b4c5d6e",
    "C:\\Users\\ana\\shop",
    "D:\\inetpub\\wwwroot",
    "/builds/acme/shop",
]
CALLS = [("manage.py", "main"), ("shop/views.py", "checkout"), ("shop/api/cart.py", "total")]


def frame(path, function, line=9, **more):
    return {"filename": path, "lineno": line, "name": function, "line": "x = 1", **more}


def python(frames, **more):
    return {"exception": {"class": "KeyError", "qualified_class": "builtins.KeyError", "frames": frames, **more}}


def deployed_at(root, calls=CALLS, line=9):
    slash = "\\" if "\\" in root else "/"
    return python([frame(root + slash + path.replace("/", slash), function, line) for path, function in calls])


@pytest.mark.parametrize("root", ROOTS)
def test_the_same_code_at_two_roots_is_one_problem(root):
    assert stack_key(deployed_at(root)) == stack_key(deployed_at("/srv/app"))
    assert stack_key(deployed_at(root, CALLS[1:2])) == stack_key(deployed_at("/srv/app", CALLS[1:2]))


def test_at_unconventional_roots_the_common_folder_of_the_frames_is_the_root():
    assert stack_key(deployed_at("/data/a/b/c")) == stack_key(deployed_at("/volume7/shop"))
    assert outline(deployed_at("/data/a/b/c")).frames == (
        ("manage.py in main", "shop/api/cart.py in total", "shop/views.py in checkout"),
    )


def test_at_an_unconventional_root_a_lone_folder_is_kept():
    assert outline(deployed_at("/volume7", [("shop/views.py", "get")])).frames == (("shop/views.py in get",),)


def test_modules_that_look_alike_in_two_packages_stay_apart():
    shop = deployed_at("/srv/app", [("shop/views.py", "get"), ("shop/db/query.py", "run")])
    blog = deployed_at("/srv/app", [("blog/views.py", "get"), ("blog/db/query.py", "run")])

    assert stack_key(shop) != stack_key(blog)


def test_line_numbers_messages_and_source_lines_do_not_matter():
    other = deployed_at("/srv/app", line=400)
    other["exception"]["message"] = "'order-17'"
    other["exception"]["frames"][0]["line"] = "changed()"

    assert stack_key(other) == stack_key(deployed_at("/srv/app"))


def test_type_function_and_cause_matter():
    plain = stack_key(deployed_at("/srv/app"))
    other_type = deployed_at("/srv/app")
    other_type["exception"]["qualified_class"] = "shop.errors.KeyError"
    other_function = deployed_at("/srv/app", [*CALLS[:2], ("shop/api/cart.py", "tax")])
    caused = deployed_at("/srv/app")
    caused["exception"]["cause"] = {"class": "TimeoutError"}

    assert len({plain, stack_key(other_type), stack_key(other_function), stack_key(caused)}) == 4


def test_an_exception_that_merely_was_being_handled_does_not_matter():
    handled = deployed_at("/srv/app")
    handled["exception"]["context"] = {"class": "StopIteration", "frames": [frame("/srv/app/shop/x.py", "f")]}

    assert stack_key(handled) == stack_key(deployed_at("/srv/app"))


def test_library_frames_do_not_split_a_group():
    frames = deployed_at("/srv/app")["exception"]["frames"]
    library = [
        frame("/srv/app/.venv/lib/python3.11/site-packages/django/core/handlers/base.py", "get_response"),
        frame("/usr/lib/python3.11/json/decoder.py", "decode"),
        frame("/root/.pyenv/versions/3.12.1/lib/python3.12/asyncio/base_events.py", "run_until_complete"),
        frame("/usr/local/bin/gunicorn", "<module>"),
        frame("<frozen runpy>", "_run_code"),
    ]

    assert stack_key(python([*library[2:], *frames, *library[:2]])) == stack_key(python(frames))


@pytest.mark.parametrize("depth", [2, 3, 50, 500])
def test_the_depth_of_a_recursion_does_not_split_a_group(depth):
    start = [frame("/srv/app/shop/tree.py", "load")]
    walk = [frame("/srv/app/shop/tree.py", "visit"), frame("/srv/app/shop/tree.py", "children")]

    assert stack_key(python(start + walk * depth)) == stack_key(python(start + walk))
    # A recursion can overflow in either of the functions.
    assert stack_key(python(start + walk * depth + walk[:1])) == stack_key(python(start + walk))


def test_frames_trimmed_at_intake_do_not_split_a_group():
    start = [frame("/srv/app/shop/tree.py", "load")]
    walk = [frame("/srv/app/shop/tree.py", "visit")] * 40

    assert stack_key(python(start + walk, frames_omitted=900)) == stack_key(python(start + walk * 20))


def test_comprehension_frames_that_newer_pythons_do_not_make_change_nothing():
    frames = [frame("/srv/app/shop/cart.py", "total")]

    assert stack_key(python([*frames, frame("/srv/app/shop/cart.py", "<listcomp>")])) == stack_key(python(frames))


def test_the_clients_own_word_on_application_code_wins():
    ours = frame("/usr/lib/shop/cart.py", "total", in_app=True)
    theirs = frame("/srv/app/shop/cart.py", "tax", in_app=False)

    assert outline(python([theirs, ours])).frames == (("usr/lib/shop/cart.py in total",),)


def test_an_error_wholly_inside_libraries_is_grouped_by_all_frames_without_versions():
    def inside(version):
        return python(
            [
                frame("/usr/lib/python3.11/threading.py", "run"),
                frame(f"/opt/gems/kombu-{version}/lib/kombu/pool.py", "release"),
            ]
        )

    found = outline(inside("5.3.1"))

    assert not found.in_app
    assert found.frames == (("kombu/lib/kombu/pool.py in release", "threading.py in run"),)
    assert stack_key(inside("5.3.1")) == stack_key(inside("6.0.0rc1"))


def test_only_the_24_frames_nearest_to_the_failure_count():
    deep = [frame("/srv/app/shop/deep.py", f"step_{letter}") for letter in "abcdefghijklmnopqrstuvwxyz"]

    assert stack_key(python(deep)) == stack_key(python(deep[2:]))
    assert stack_key(python(deep)) != stack_key(python(deep[3:]))


JAVASCRIPT = """TypeError: Cannot read properties of undefined (reading 'id')
    at total (https://shop.example/static/main.3f2a9c1b.js:3:4)
    at async Cart.checkout [as submit] (https://cdn-7.shop.example/static/main.3f2a9c1b.js?v=12:9:1)
    at https://shop.example/static/chunk-vendors.8d2c11aa.js:1:2
    at Array.map (<anonymous>)"""


def test_javascript_stacks_group_across_builds_and_hosts():
    rebuilt = JAVASCRIPT.replace("3f2a9c1b", "77e01d22").replace("v=12", "v=13").replace("shop.example", "s.test")

    def event(stack):
        return {"exception": {"class": "TypeError", "stack": stack}}

    found = outline(event(JAVASCRIPT))

    assert found.frames == (("static/main.js in Cart.checkout", "static/main.js in total"),)
    assert stack_key(event(rebuilt)) == stack_key(event(JAVASCRIPT))
    assert culprit(event(JAVASCRIPT)) == "static/main.js in total"


def test_minified_functions_alone_do_not_make_a_stack_key():
    minified = {"exception": {"frames": [{"filename": "https://x.test/app.min.js", "lineno": 1, "name": "t.e"}]}}

    assert stack_key(minified) is None


def test_ruby_backtraces_group_across_rubies():
    old = {"exception": {"class": "NoMethodError", "backtrace": [
        "/srv/app/app/models/order.rb:9:in `block (2 levels) in total'",
        "/usr/local/bundle/gems/activerecord-7.1.2/lib/active_record/relation.rb:88:in `each'",
        "/srv/app/app/views/orders/show.html.erb:3:in `_app_views_orders_show_html_erb___1234567_89'",
    ]}}  # fmt: skip
    new = {"exception": {"class": "NoMethodError", "backtrace": [
        "/app/app/models/order.rb:11:in 'total'",
        "/usr/local/bundle/gems/activerecord-8.0.0/lib/active_record/relation.rb:81:in 'each'",
        "/app/app/views/orders/show.html.erb:3:in '_app_views_orders_show_html_erb___7654321_1'",
    ]}}  # fmt: skip

    assert stack_key(old) == stack_key(new)
    assert culprit(old) == "app/models/order.rb in total"


def test_dotnet_stacks_are_read_with_and_without_files():
    stack = """   at System.Linq.ThrowHelper.ThrowNoElementsException()
   at Shop.Orders.<Process>d__12.MoveNext() in C:\\proj\\shop\\Orders.cs:line 31
   at Shop.Web.Controller.Post(String id)"""
    context = {"exception": {"class": "InvalidOperationException", "stack_trace": stack}}

    assert outline(context).frames == (("Shop.Web.Controller.Post", "shop/Orders.cs in Shop.Orders.Process"),)
    assert culprit(context) == "shop/Orders.cs in Shop.Orders.Process"


def test_java_frames_are_told_apart_by_their_class():
    frames = [
        {"class": "java.util.ArrayList", "method": "get", "file": "ArrayList.java", "line": 427},
        {"class": "com.acme.CartRepository", "method": "save", "file": "CartRepository.kt", "line": 84},
        "at com.acme.Cart.lambda$add$0(Cart.java:12)",
    ]
    cause = {"type": "java.io.IOException", "stacktrace": "at com.acme.CartStore.write(CartStore.kt:19)"}
    context = {"exception": {"type": "java.lang.IllegalStateException", "stacktrace": frames, "cause": cause}}

    found = outline(context)

    assert found.types == ("java.lang.IllegalStateException", "java.io.IOException")
    assert found.frames == (
        ("Cart.java in com.acme.Cart.lambda$add", "com.acme.CartRepository in save"),
        ("CartStore.kt in com.acme.CartStore.write",),
    )
    assert culprit(context) == "com.acme.CartRepository in save"


def test_cfml_tag_contexts_are_read():
    context = {"exception": {"type": "Expression", "tag_context": [
        {"template": "/srv/www/shop/cart.cfm", "line": 3, "column": 0, "type": "CFML"},
    ]}}  # fmt: skip

    assert outline(context).frames == (("shop/cart.cfm",),)
    assert culprit(context) == "shop/cart.cfm"


@pytest.mark.parametrize("spelling", ["tagContext", "TAGCONTEXT", "tag_context"])
def test_cfml_payloads_are_read_in_the_spellings_that_intake_stores(spelling):
    entry = (
        {"TEMPLATE": "/srv/www/shop/cart.cfm", "LINE": 3} if spelling.isupper() else {"template": "/app/shop/cart.cfm"}
    )
    sent = {
        "EVENT_TYPE": "error",
        "MESSAGE": "boom",
        "CONTEXT": {"EXCEPTION": {"TYPE": "Expression", spelling: [entry]}},
    }

    record = normalize_event(
        sent, received_at=datetime(2026, 11, 3, tzinfo=UTC), default_environment=None, mobile=False
    )

    assert outline(record.context).types == ("Expression",)
    assert culprit(record.context) == "shop/cart.cfm"


def test_a_stack_beside_the_exception_is_found():
    beside = {"exception": {"class": "KeyError"}, "stacktrace": ["app/models/order.rb:9:in `total'"]}

    assert outline(beside).types == ("KeyError",)
    assert culprit(beside) == "app/models/order.rb in total"


def test_the_culprit_is_the_innermost_application_frame():
    frames = [frame("/srv/app/shop/web.py", "view"), frame("/srv/app/shop/orders.py", "process")]
    frames.append(frame("/usr/lib/python3.11/json/decoder.py", "decode"))

    assert culprit(python(frames)) == "shop/orders.py in process"
    assert culprit(python(frames[2:])) == "json/decoder.py in decode"
    assert culprit(python([frame("/srv/app/" + "x" * 400 + ".py", "f" * 300)])).startswith("xxx")
    assert len(culprit(python([frame("/srv/app/" + "x" * 400 + ".py", "f" * 300)]))) == 255
    assert culprit({"exception": {"class": "KeyError"}}) is None


def test_what_is_remembered_is_what_would_be_worked_out(monkeypatch):
    contexts = [deployed_at(root, CALLS[:count]) for root in ROOTS for count in (1, 2, 3)]
    contexts += [python([frame("/app/\ud800.py", "f", in_app=flag)]) for flag in (True, False, None)]
    contexts += [python([]), {"exception": {"class": "KeyError"}}]
    worked_out = []
    for context in contexts:
        monkeypatch.setattr(stack, "_remembered", {})
        worked_out.append(stack_key(context))
    monkeypatch.setattr(stack, "_MAX_REMEMBERED", 7)
    for _ in range(2):
        assert [stack_key(context) for context in contexts] == worked_out
    assert len(stack._remembered) <= 7
