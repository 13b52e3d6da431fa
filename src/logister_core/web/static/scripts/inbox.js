// The inbox without loading pages: rows open beside the list, filters and the search reload the list alone, more rows
// are appended. Every address here is one that the server answers with the same view.

import { announce, OVERTAKEN, part } from "./regions.js";
import { select, selected } from "./selection.js";

const TYPING = 240; // milliseconds after the last key
const STATE = ["filter", "q", "assignee", "sort", "cursor"];

const wide = matchMedia("(min-width: 75rem)"); // as inbox.css has it
const pane = () => document.querySelector("[data-inbox]");
const inPane = (selector) => pane().querySelector(selector);
const detail = () => document.getElementById("detail");
export const rows = () => [...inPane("[data-inbox-results]").querySelectorAll("[data-row]")];
const rowOf = (uuid) => rows().find((row) => row.dataset.group === uuid);
const hrefOf = (row) => row.querySelector("[data-row-link]").getAttribute("href");

let open = null; // uuid of the group in the detail
let shown = ""; // address of what is seen, without the hash
let typing = 0; // timer
let typed = false; // the last entry of the history is a search in the making

const here = () => location.pathname + location.search;

export const opened = () => open;
// Whether what somebody opens or decides shows beside the list.
export const isBeside = () => Boolean(pane() && wide.matches && detail());

// Pairs of name and value that a form needs to lead back to this list; empty for what goes without saying.
export function listState() {
  const address = new URL(pane().dataset.inbox, location.href);
  const pairs = STATE.map((name) => [name, address.searchParams.get(name) ?? ""]);
  return address.pathname.includes("/projects/") ? pairs : [...pairs, ["inbox", "all"]];
}

function mark(uuid) {
  for (const row of rows()) {
    const current = row.dataset.group === uuid;
    row.classList.toggle("is-selected", current);
    const link = row.querySelector("[data-row-link]");
    if (current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function remember(address, how) {
  if (how === "push" && address !== shown) history.pushState({ inbox: true }, "", address);
  else if (how === "replace") history.replaceState({ inbox: true }, "", address);
  shown = address;
}

async function openGroup(uuid, address, how) {
  mark(uuid);
  const region = detail();
  const fresh = await part("error_detail", address, region);
  if (fresh === OVERTAKEN) return;
  if (!fresh) {
    mark(open);
    return;
  }
  region.replaceWith(fresh);
  open = uuid;
  if (how) {
    document.querySelector(".inbox").classList.remove("is-preview");
    remember(address, how);
  }
  announce(fresh);
}

function nothingOpen() {
  open = null;
  const said = document.createElement("p");
  said.className = "muted";
  said.textContent = "Select an error";
  detail().replaceChildren(said);
}

// The detail follows the list: it stays when its group is still there, otherwise the first row opens.
async function follow() {
  if (!detail()) {
    mark(null);
    return;
  }
  if (rowOf(open)) {
    mark(open);
    return;
  }
  const [first] = rows();
  if (!first || !wide.matches) nothingOpen();
  else await openGroup(first.dataset.group, hrefOf(first), null);
}

function takeList(fresh, { keepText }) {
  // The same list once more keeps what is marked in it.
  const kept = withoutPage(fresh.dataset.inbox) === withoutPage(pane().dataset.inbox) ? selected() : [];
  const focused = inPane("[data-inbox-filters]").contains(document.activeElement);
  for (const place of ["[data-inbox-filters]", "[data-inbox-results]"]) {
    inPane(place).replaceWith(fresh.querySelector(place));
  }
  if (focused) inPane("[data-inbox-filters] [aria-current]")?.focus();
  Object.assign(pane().dataset, { inbox: fresh.dataset.inbox, news: fresh.dataset.news });
  inPane("[data-inbox-new]").hidden = true;
  const form = inPane("[data-inbox-form]");
  const now = fresh.querySelector("[data-inbox-form]");
  const values = new FormData(now);
  // The options tell numbers, which may be others now.
  form.elements.assignee.replaceChildren(...now.elements.assignee.children);
  for (const [name, value] of values) {
    if (name !== "q" || !keepText) form.elements[name].value = value;
  }
  carry();
  select(kept);
  announce(inPane("[data-inbox-results]"));
}

function withoutPage(address) {
  const found = new URL(address, location.href);
  found.searchParams.delete("cursor");
  return found.href;
}

// What the server answers to a decision, as templates by the names of the parts.
export async function takeDecision(parts) {
  select([]);
  takeList(parts.project_inbox.content.querySelector("[data-inbox]"), { keepText: true });
  const counts = parts.inbox_counts.content;
  inPane("[data-inbox-filters]").replaceWith(counts.querySelector("[data-inbox-filters]"));
  const section = document.querySelector(".section-inbox");
  section?.querySelector(".section-count")?.remove();
  section?.append(...counts.querySelectorAll(".section-count"));
  const row = inPane(".is-selected");
  const fresh = parts.error_detail.content.querySelector("#detail");
  open = row?.dataset.group ?? null;
  if (!fresh) await follow();
  else {
    detail().replaceWith(fresh);
    announce(fresh);
  }
  document.querySelector(".inbox").classList.remove("is-preview");
  remember(rowOf(open) ? hrefOf(rowOf(open)) : pane().dataset.inbox, "replace");
}

// The forms of the detail carry what the list shows, so that they lead back to it.
function carry() {
  const state = new URL(pane().dataset.inbox, location.href).searchParams;
  for (const form of detail()?.querySelectorAll("form") ?? []) {
    if (!form.querySelector("input[type=hidden][name=filter]")) continue;
    for (const name of STATE) {
      form.querySelector(`input[type=hidden][name=${name}]`)?.remove();
      if (!state.has(name)) continue;
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value: state.get(name) });
      form.append(field);
    }
  }
}

export async function loadList(address, { how = "push", keepText = false } = {}) {
  // A search in the making gives way to what was asked for since.
  clearTimeout(typing);
  const fresh = await part("project_inbox", address, inPane("[data-inbox-results]"));
  if (!fresh || fresh === OVERTAKEN) return;
  takeList(fresh, { keepText });
  if (how) remember(fresh.dataset.inbox, how);
  await follow();
}

async function more(link) {
  const pages = link.closest("[data-inbox-pages]");
  const fresh = await part("project_inbox", link.getAttribute("href"), pages);
  if (!fresh || fresh === OVERTAKEN) return;
  const list = inPane("[data-list]");
  const added = [...fresh.querySelectorAll("[data-row]")].filter((row) => !rowOf(row.dataset.group));
  list.append(...added);
  mark(open);
  const next = fresh.querySelector("[data-inbox-pages]");
  next.querySelector("a:not([rel=next])")?.remove();
  next.querySelector(".pagination-note").textContent = `${rows().length} shown`;
  pages.replaceWith(next);
  announce(list);
  added[0]?.querySelector("[data-row-link]").focus({ preventScroll: true });
}

function search() {
  const form = inPane("[data-inbox-form]");
  return `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
}

// A word in the making would only be answered with what is wrong with it.
function unfinished(text) {
  return /(^|\s)-?[a-z]+:$/i.test(text);
}

async function goBack() {
  const address = here();
  const uuid = new URLSearchParams(location.search).get("group_uuid");
  const sameList = STATE.slice(0, 4).every((name) => {
    const [now, then] = [shown, address].map((place) => new URL(place, location.href).searchParams.get(name));
    return now === then;
  });
  shown = address;
  if (!sameList || (uuid && !rowOf(uuid))) await loadList(address, { how: null });
  if (!detail() || !wide.matches) return;
  const row = uuid ? rowOf(uuid) : rows()[0];
  if (row) await openGroup(row.dataset.group, uuid ? address : hrefOf(row), null);
  else nothingOpen();
}

function onClick(event) {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest?.("a[href]");
  if (!link || !pane()?.contains(link)) return;
  const row = link.closest("[data-row]");
  const address = link.getAttribute("href");
  if (row) {
    const selection = getSelection();
    if (!selection.isCollapsed && row.contains(selection.anchorNode)) event.preventDefault();
    else if (wide.matches && detail()) {
      event.preventDefault();
      openGroup(row.dataset.group, address, "push");
    }
  } else if (link.matches("[data-inbox-more]")) {
    event.preventDefault();
    more(link);
  } else if (link.pathname === inPane("[data-inbox-form]").getAttribute("action") && (detail() || !wide.matches)) {
    event.preventDefault();
    typed = false;
    loadList(address);
  }
}

export function startInbox() {
  if (!pane()) return;
  open = inPane(".is-selected")?.dataset.group ?? null;
  shown = here();
  document.addEventListener("click", onClick);
  addEventListener("popstate", () => {
    typed = false;
    if (here() !== shown) goBack();
  });
  const form = inPane("[data-inbox-form]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const address = search();
    loadList(address, { how: typed ? "replace" : "push", keepText: true });
    typed = false;
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("select")) loadList(search());
  });
  form.addEventListener("input", (event) => {
    if (event.target.name !== "q") return;
    clearTimeout(typing);
    if (unfinished(event.target.value)) return;
    typing = setTimeout(() => {
      loadList(search(), { how: typed ? "replace" : "push", keepText: true });
      typed = true;
    }, TYPING);
  });
}
