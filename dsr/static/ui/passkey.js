// Passkeys: asks the device, puts its answer into the form, sends it. Pages say what to do without this file.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  buffer && btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const ids = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function options(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options).publicKey;
  const answer = await fetch(form.dataset.from, { headers: { Accept: "application/json" } });
  return (await answer.json()).request_options.publicKey;
}

async function ask(form) {
  const asked = await options(form);
  const publicKey = { ...asked, challenge: bytes(asked.challenge) };
  if (form.dataset.passkey === "create") {
    publicKey.user = { ...asked.user, id: bytes(asked.user.id) };
    publicKey.excludeCredentials = ids(asked.excludeCredentials);
    return navigator.credentials.create({ publicKey });
  }
  publicKey.allowCredentials = ids(asked.allowCredentials);
  return navigator.credentials.get({ publicKey });
}

function plain(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  const go = form.querySelector("[data-passkey-go]");
  const failed = form.querySelector("[data-passkey-failed]");
  const run = async () => {
    failed.hidden = true;
    go.disabled = true;
    try {
      form.querySelector("[name=credential]").value = JSON.stringify(plain(await ask(form)));
      form.submit();
    } catch {
      failed.hidden = false;
      go.disabled = false;
    }
  };
  go.disabled = false;
  go.addEventListener("click", run);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
}
