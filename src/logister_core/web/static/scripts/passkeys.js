// Passkeys: <button type="button" data-passkey="create" or "get" data-passkey-options="address" data-passkey-action="address">.
// Asks the first address what to show the browser, and sends its form with `credential` to the second.

const encoded = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

const decoded = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));

const listed = (credentials) => credentials?.map((credential) => ({ ...credential, id: decoded(credential.id) }));

async function options(button) {
  const body = new URLSearchParams({ csrf_token: button.form.elements.csrf_token.value });
  const answer = await fetch(button.dataset.passkeyOptions, { method: "POST", body, headers: { Accept: "application/json" } });
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.error ?? "The server refused. Reload the page.");
  found.challenge = decoded(found.challenge);
  if (found.user) found.user.id = decoded(found.user.id);
  if (found.excludeCredentials) found.excludeCredentials = listed(found.excludeCredentials);
  if (found.allowCredentials) found.allowCredentials = listed(found.allowCredentials);
  return found;
}

function written(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = encoded(credential.response[name]);
  }
  const { id, type } = credential;
  return JSON.stringify({ id, rawId: encoded(credential.rawId), type, response, clientExtensionResults: {} });
}

async function use(button) {
  const told = button.form.querySelector("[data-passkey-problem]");
  told.hidden = true;
  button.disabled = true;
  try {
    const publicKey = await options(button);
    const credential = await navigator.credentials[button.dataset.passkey]({ publicKey });
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "credential", value: written(credential) });
    button.form.append(field);
    button.form.action = button.dataset.passkeyAction;
    button.form.submit();
  } catch (error) {
    // Browsers say the same whether the person stopped, waited too long, or has none for this site.
    told.textContent = error.name === "NotAllowedError" ? "No passkey was used. Try again." : error.message;
    told.hidden = false;
    button.disabled = false;
  }
}

export function startPasskeys() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-passkey]");
    if (button) use(button);
  });
  if (window.PublicKeyCredential) return;
  for (const button of document.querySelectorAll("button[data-passkey]")) button.hidden = true;
}
