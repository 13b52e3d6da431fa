"""Names that stay the same when code is built, deployed or started again."""

from __future__ import annotations

import pytest

from logister_core.error_groups.grouping import normalise


@pytest.mark.parametrize(
    ("raw", "relative"),
    [
        ("/app/shop/orders.py", "shop/orders.py"),
        ("/app/orders.py", "orders.py"),
        ("/srv/app/shop/orders.py", "shop/orders.py"),
        ("/home/ana/shop/src/shop/orders.py", "src/shop/orders.py"),
        ("/var/www/shop/releases/20261103120000/app/models/order.rb", "app/models/order.rb"),
        ("/var/www/shop/current/app/models/order.rb", "app/models/order.rb"),
        ("/data/deploy/3f2a9c1b44/shop/orders.py", "shop/orders.py"),
        ("C:\\inetpub\\wwwroot\\Shop\\Orders.cs", "Shop/Orders.cs"),
        ("D:\\a\\shop\\shop\\src\\Orders.cs", "src/Orders.cs"),
        ("file:///home/ana/shop/cart.js", "cart.js"),
        ("async file:///home/ana/shop/cart.js", "cart.js"),
        ("async https://shop.example/static/js/main.3f2a9c.chunk.js", "static/js/main.chunk.js"),
        ("/volume7/shop/orders.py", "shop/orders.py"),
        ("./shop/orders.py", "shop/orders.py"),
        ("shop/orders.py", "shop/orders.py"),
        ("orders.py", "orders.py"),
        ("webpack://shop/./src/cart.ts?3f2a", "src/cart.ts"),
        ("webpack:///./src/cart.ts", "src/cart.ts"),
        ("webpack-internal:///./src/cart.ts", "src/cart.ts"),
        ("https://shop.example/static/js/main.3f2a9c.chunk.js?v=3#x", "static/js/main.chunk.js"),
        ("https://shop.example/assets/index-BxYz12_a.js", "assets/index.js"),
        ("https://shop.example/assets/index-checkout.js", "assets/index-checkout.js"),
        ("https://shop.example/_next/static/Xy3k_9aBcDeFgHiJkLmNo/main.js", "_next/static/*/main.js"),
        ("https://shop.example/orders/17/edit", "orders/*/edit"),
        ("https://shop.example/4821.3f2a9cde.js", "*.js"),
        ("", ""),
        ("/", "/"),
    ],
)
def test_paths_are_relative_to_the_project(raw, relative):
    found = normalise.path(raw)

    assert found.in_app
    assert found.below_conventional_root() == relative


@pytest.mark.parametrize(
    ("raw", "relative"),
    [
        ("/srv/app/.venv/lib/python3.11/site-packages/django/core/base.py", "django/core/base.py"),
        ("/usr/lib/python3/dist-packages/yaml/loader.py", "yaml/loader.py"),
        ("/usr/local/lib/python3.12/json/decoder.py", "json/decoder.py"),
        ("C:\\Python311\\Lib\\threading.py", "Python311/Lib/threading.py"),
        ("/srv/app/node_modules/express/lib/router.js", "express/lib/router.js"),
        ("node_modules/express/lib/router.js", "express/lib/router.js"),
        ("node:internal/process/task_queues", "node:internal/process/task_queues"),
        ("async node:internal/modules/run_main", "node:internal/modules/run_main"),
        ("internal/modules/cjs/loader.js", "internal/modules/cjs/loader.js"),
        ("/usr/local/bundle/gems/rails-7.1.2/lib/rails.rb", "rails/lib/rails.rb"),
        ("/go/pkg/mod/github.com/gorilla/mux@v1.8.0/mux.go", "github.com/gorilla/mux/mux.go"),
        ("<frozen importlib._bootstrap>", "<frozen importlib._bootstrap>"),
        ("<anonymous>", "<anonymous>"),
        ("/srv/app/.venv/bin/celery", "bin/celery"),
        ("chrome-extension://abcdef/content.js", "chrome-extension:/abcdef/content.js"),
    ],
)
def test_library_paths_are_not_application_code_and_start_at_the_library(raw, relative):
    found = normalise.path(raw)

    assert not found.in_app
    assert found.below_conventional_root() == relative


def test_spec_20_15_2_folders_of_the_project_are_application_code():
    for path in ("app/models/order.rb", "src/cart.ts", "lib/shop.rb", "/srv/app/vendors.py", "/srv/app/bin/x.py"):
        assert normalise.path(path).in_app, path


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("process", "process"),
        ("sha256", "sha256"),
        ("Orders.check.<locals>.inner", "Orders.check.inner"),
        ("<lambda>", "<lambda>"),
        ("<module>", "<module>"),
        ("block (2 levels) in total", "total"),
        ("rescue in block in total", "total"),
        ("<top (required)>", "<top (required)>"),
        ("async Cart.add", "Cart.add"),
        ("new Cart", "Cart"),
        ("Cart.add [as submit]", "Cart.add"),
        ("Object.<anonymous>", "?"),
        ("", "?"),
        ("Shop.Orders.<Process>d__12.MoveNext()", "Shop.Orders.Process"),
        ("Shop.Orders.<>c__DisplayClass4_0.<Process>b__0(String id)", "Shop.Orders.Process"),
        ("Shop.Orders.Find(String id, Int32 page)", "Shop.Orders.Find"),
        ("access$000", "access"),
        ("lambda$process$3", "lambda$process"),
        ("Cart$$EnhancerBySpringCGLIB$$1a2b3c4d", "Cart"),
        ("handler_20261103", "handler_*"),
        ("fn_0x7f6035e3e980", "fn_*"),
        ("-[UIApplication sendAction:to:]", "-[UIApplication sendAction:to:]"),
    ],
)
def test_functions_lose_what_tools_put_into_them(raw, name):
    assert normalise.function(raw) == name


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("builtins.KeyError", "builtins.KeyError"),
        ("shop.make.<locals>.Failed", "shop.make.Failed"),
        ("Shop.Failure`1", "Shop.Failure"),
        ("com.acme.Proxy$$1a2b", "com.acme.Proxy"),
    ],
)
def test_exception_classes_lose_generated_parts(raw, name):
    assert normalise.class_name(raw) == name
