"""Source of the storefront, as far as its stacks show it."""

from __future__ import annotations

from typing import Any

HOST = "https://shop.fernwood.example"
# Lines before and after the one that fails.
_AROUND = 3

SOURCES = {
    "src/cart/total.js": """\
import { money } from "../money.js";

export function lineTotal(line) {
  const { product, quantity } = line;
  return product.price.amount * quantity;
}

export function cartTotal(cart) {
  const lines = cart.lines.filter((line) => line.quantity > 0);
  return money(lines.reduce((sum, line) => sum + lineTotal(line), 0));
}
""",
    "src/cart/view.js": """\
import { cartTotal } from "./total.js";

export function renderCart(root, cart) {
  root.querySelector("[data-count]").textContent = cart.lines.length;
  root.querySelector("[data-total]").textContent = cartTotal(cart);
}
""",
    "src/router.js": """\
const pages = {
  "/cart": () => import("./cart/page.js"),
  "/wishlist": () => import("./wishlist/page.js"),
};

export async function navigate(path) {
  const page = await pages[path]();
  page.show(document.querySelector("main"));
}
""",
    "src/api.js": """\
export async function api(path, options = {}) {
  const response = await fetch(`/api${path}`, options);
  if (!response.ok) throw new ApiError(response.status, path);
  return response.json();
}
""",
    "src/wishlist/store.js": """\
const KEY = "wishlist";

export function save(wishlist) {
  const copy = structuredClone(wishlist);
  copy.savedAt = Date.now();
  localStorage.setItem(KEY, JSON.stringify(copy));
  return copy;
}
""",
    "src/wishlist/page.js": """\
import { save } from "./store.js";

export function onHeart(event, wishlist) {
  wishlist.toggle(event.target.dataset.sku);
  save(wishlist);
}
""",
}


def frame(file: str, function: str, marker: str) -> dict[str, Any]:
    """The frame at the line of `file` that holds `marker`, the way the JavaScript client sends it."""
    lines = SOURCES[file].splitlines()
    number = next(number for number, line in enumerate(lines) if marker in line)
    return {
        "filename": f"{HOST}/{file}",
        "lineno": number + 1,
        "colno": lines[number].index(marker) + 1,
        "name": function,
        "pre_context": lines[max(number - _AROUND, 0) : number],
        "context_line": lines[number],
        "post_context": lines[number + 1 : number + 1 + _AROUND],
    }


def exception(kind: str, message: str, frames: list[dict[str, Any]]) -> dict[str, Any]:
    """`frames` with the failure first, as browsers print them."""
    places = [f"    at {f['name']} ({f['filename']}:{f['lineno']}:{f['colno']})" for f in frames]
    return {"class": kind, "message": message, "frames": frames, "stack": "\n".join([f"{kind}: {message}", *places])}
