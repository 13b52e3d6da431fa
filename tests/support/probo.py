"""A server that serves a consent banner as Probo does: its script, its settings, and what visitors decided."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from .upstream import Asked, Reply, Upstream, upstream

BANNER = "banner-1"
SCRIPT = "/npm/@probo/cookie-banner/dist/cookie-banner.iife.js"
API = "/api/cookie-banner/v1"
JSON = {"Content-Type": "application/json"}

# As far as pages notice it: settings and decisions go through the address it was given, the banner stands in a shadow
# tree with a style of its own, and sleeping scripts of a category are put in anew when a visitor agrees to it.
BANNER_SCRIPT = """
(() => {
  const { bannerId, baseUrl, position } = document.currentScript.dataset;
  const base = new URL(baseUrl.endsWith("/") ? baseUrl : baseUrl + "/");
  const wake = (agreed) => {
    for (const asleep of document.querySelectorAll("script[data-cookie-consent]")) {
      if (!agreed.includes(asleep.dataset.cookieConsent)) continue;
      const awake = document.createElement("script");
      for (const { name, value } of asleep.attributes) {
        if (name !== "type" && name !== "data-cookie-consent") awake.setAttribute(name, value);
      }
      asleep.replaceWith(awake);
    }
  };
  class Banner extends HTMLElement {
    async connectedCallback() {
      const settings = await (await fetch(new URL(`${bannerId}/config`, base))).json();
      const root = this.attachShadow({ mode: "open" });
      root.innerHTML = `<style>div { position: fixed; bottom: 0; padding: 7px }</style>
        <div role="dialog" aria-label="Cookies" data-position="${position}">${settings.text}
        <button data-agree>Accept all</button> <button>Reject all</button></div>`;
      for (const button of root.querySelectorAll("button")) button.onclick = () => this.decide(settings, button);
      this.hidden = document.cookie.includes("probo_consent=");
    }
    async decide(settings, button) {
      const agreed = "agree" in button.dataset ? settings.categories : [];
      document.cookie = "probo_consent=1; path=/";
      this.hidden = true;
      wake(agreed);
      const body = JSON.stringify({ agreed });
      await fetch(new URL(`${bannerId}/consents`, base), { method: "POST", body,
        headers: { "Content-Type": "application/json" } });
    }
  }
  customElements.define("probo-cookie-banner", Banner);
  customElements.define("probo-settings-link", class extends HTMLElement {
    connectedCallback() {
      this.role = "button";
      this.tabIndex = 0;
      this.onclick = () => { document.querySelector("probo-cookie-banner").hidden = false; };
    }
  });
  document.body.append(document.createElement("probo-cookie-banner"));
})();
"""


@dataclass
class Probo:
    """`consents` are what visitors decided; `disturbance` is answered to everything else than the script."""

    server: Upstream
    disturbance: Reply | None = None
    consents: list[list[str]] = field(default_factory=list)

    @property
    def environ(self) -> dict[str, str]:
        """Variables that let a server show this banner."""
        return {
            "LOGISTER_ENV": "development",
            "PROBO_COOKIE_BANNER_ID": BANNER,
            "PROBO_COOKIE_BANNER_BASE_URL": f"{self.server.base}{API}",
            "PROBO_COOKIE_BANNER_SCRIPT_URL": f"{self.server.base}{SCRIPT}",
        }

    def answer(self, asked: Asked) -> Reply:
        path = asked.path.partition("?")[0]
        if path == SCRIPT:
            return Reply(200, BANNER_SCRIPT.encode(), {"Content-Type": "application/javascript"})
        if self.disturbance is not None:
            return self.disturbance
        return self._api(asked, path.removeprefix(f"{API}/{BANNER}/"))

    def _api(self, asked: Asked, path: str) -> Reply:
        if (asked.method, path) == ("GET", "config"):
            headers = JSON | {"Cache-Control": "public, max-age=60", "Set-Cookie": "upstream=1", "X-Upstream": "1"}
            return Reply(200, _json(text="May we count visits?", categories=["necessary", "analytics"]), headers)
        if (asked.method, path) == ("POST", "consents"):
            self.consents.append(json.loads(asked.body)["agreed"])
            return Reply(201, _json(id="consent-1"), JSON)
        if (asked.method, path) == ("POST", "report"):
            return Reply(201, _json(ok=True), JSON)
        return Reply(404, _json(error="not_found"), JSON)


def _json(**values: Any) -> bytes:
    return json.dumps(values).encode()


@contextmanager
def probo() -> Iterator[Probo]:
    with upstream(lambda asked: there.answer(asked)) as server:  # noqa: PLW0108 - it is made below
        there = Probo(server)
        yield there
