"""What everybody may read: the landing page, the operator's texts, files for crawlers, ways to the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.public_pages.texts import NAMES, Texts

    texts = Texts(config.registry.logister_settings.product.pages_dir)
    config.register_service(texts, Texts)
    config.add_request_method(lambda request: texts.present(), "public_texts", reify=True)
    config.add_route("web.root", "/")
    config.add_route("public_pages.text", f"/{{name:({'|'.join(NAMES)})}}")
    config.add_route("public_pages.robots", "/robots.txt")
    config.add_route("public_pages.sitemap", "/sitemap.xml")
    config.add_route("public_pages.docs", "/docs")
    config.add_route("public_pages.docs_page", "/docs/{page:.*}")
    config.scan()
