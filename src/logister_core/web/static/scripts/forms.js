// Forms that are sent as soon as a choice is made: <form data-submit-on-change>. Their button is for those without scripts.

export function startForms() {
  document.addEventListener("change", (event) => event.target.closest?.("form[data-submit-on-change]")?.requestSubmit());
}
