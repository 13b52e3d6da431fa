// Completion for a search box: <div data-offers="address"> around the field. The address answers with a list of
// { key, hint, values }; keys are offered first, the values of a key behind its colon.

const MOST = 8;
// The word at the cursor: quotation marks hold words together.
const WORD = /(?:^|\s)(-?)((?:[a-z]+:)?(?:"[^"]*|[^\s"]*))$/i;

const load = new Map(); // address -> promise of the offers

function offersAt(address) {
  if (!load.has(address)) {
    load.set(address, fetch(address, { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : []))
      .catch(() => []));
  }
  return load.get(address);
}

// What fits the word at the cursor: [{ text, note, whole }], `whole` when the term is complete with it.
function fitting(word, keys) {
  const colon = word.indexOf(":");
  if (colon < 0) {
    return keys
      .filter(({ key }) => key.startsWith(word.toLowerCase()))
      .map(({ key, hint }) => ({ text: `${key}:`, note: hint, whole: false }));
  }
  const wanted = word.slice(colon + 1).replace(/^"/, "").toLowerCase();
  const { key, values = [] } = keys.find((offer) => offer.key === word.slice(0, colon).toLowerCase()) ?? {};
  const place = (value) => value.replace(/^"/, "").toLowerCase().indexOf(wanted);
  // What begins with it comes first; beyond that the order is the server's.
  return values
    .filter((value) => place(value) >= 0)
    .sort((one, other) => (place(one) > 0) - (place(other) > 0))
    .map((value) => ({ text: `${key}:${value}`, note: "", whole: true }));
}

class Offers {
  constructor(holder) {
    this.holder = holder;
    this.field = holder.querySelector("input[name=q]");
    this.list = document.createElement("ul");
    Object.assign(this.list, { className: "search-offers", id: `${this.field.id}-offers`, hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Search terms");
    holder.append(this.list);
    this.options = [];
    this.active = -1;
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id,
    })) this.field.setAttribute(name, value);
    this.field.addEventListener("focus", () => this.open());
    this.field.addEventListener("input", () => this.open());
    this.field.addEventListener("blur", () => this.close());
    this.field.addEventListener("keydown", (event) => this.key(event));
    // Before the field loses the focus to it.
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const at = [...this.list.children].indexOf(event.target.closest("li"));
      if (at >= 0) this.take(this.options[at]);
    });
  }

  async open() {
    const keys = await offersAt(this.holder.dataset.offers);
    if (document.activeElement !== this.field) return;
    const before = this.field.value.slice(0, this.field.selectionStart);
    const [, , word = ""] = before.match(WORD) ?? [];
    this.options = fitting(word, keys).filter(({ text }) => text !== word).slice(0, MOST);
    this.list.replaceChildren(...this.options.map(({ text, note }, at) => {
      const item = document.createElement("li");
      item.id = `${this.list.id}-${at}`;
      item.setAttribute("role", "option");
      item.append(text);
      if (note) item.append(Object.assign(document.createElement("span"), { className: "muted", textContent: note }));
      return item;
    }));
    this.point(-1);
    this.list.hidden = !this.options.length;
    this.field.setAttribute("aria-expanded", String(!this.list.hidden));
  }

  close() {
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.point(-1);
  }

  point(at) {
    this.active = at;
    [...this.list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === at)));
    if (at < 0) this.field.removeAttribute("aria-activedescendant");
    else this.field.setAttribute("aria-activedescendant", this.list.children[at].id);
  }

  key(event) {
    if (this.list.hidden) return;
    const count = this.options.length;
    if (event.key === "ArrowDown") this.point((this.active + 1) % count);
    else if (event.key === "ArrowUp") this.point(this.active > 0 ? this.active - 1 : count - 1);
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" || event.key === "Tab") && this.active >= 0) this.take(this.options[this.active]);
    else {
      if (event.key === "Enter") this.close();
      return;
    }
    event.preventDefault();
  }

  take({ text, whole }) {
    const end = this.field.selectionStart;
    const before = this.field.value.slice(0, end);
    const [, minus = "", word = ""] = before.match(WORD) ?? [];
    const start = before.slice(0, before.length - word.length - minus.length);
    const after = this.field.value.slice(end).trimStart();
    const head = `${start}${minus}${text}${whole ? " " : ""}`;
    this.field.value = head + after;
    this.field.setSelectionRange(head.length, head.length);
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

export function startSearchOffers() {
  document.querySelectorAll("[data-offers]").forEach((holder) => new Offers(holder));
}
