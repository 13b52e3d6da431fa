// Rewrites <time datetime data-format> from UTC to the reader's zone and language; the UTC text moves to the tooltip.

const FORMATS = {
  short: { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" },
  long: {
    year: "numeric", month: "short", day: "numeric",
    hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short",
  },
  date: { year: "numeric", month: "short", day: "numeric" },
  clock: { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

const formatters = new Map();

function formatter(name) {
  if (!formatters.has(name)) formatters.set(name, new Intl.DateTimeFormat(undefined, FORMATS[name]));
  return formatters.get(name);
}

function localise(element) {
  const moment = new Date(element.getAttribute("datetime"));
  const format = element.dataset.format;
  if (Number.isNaN(moment.getTime()) || element.dataset.local) return;
  if (format === "ago") {
    element.title = formatter("long").format(moment);
  } else if (FORMATS[format]) {
    element.title ||= element.textContent;
    element.textContent = formatter(format).format(moment);
  } else return;
  element.dataset.local = "true";
}

export function localiseTimes(root = document) {
  root.querySelectorAll("time[datetime][data-format]").forEach(localise);
}
