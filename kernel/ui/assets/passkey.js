// Passkeys. Hears data attributes; where there is no script or the browser knows no passkeys, the form stays hidden.
//
//   form[data-passkey="get"|"create"]   asks a key (data-challenge, data-site, data-keys; for a new one also data-user,
//                                       data-email, data-person) and sends its answer with the form
//   [data-passkey-said]                 says what went wrong
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replace(/=+$/, "");
  const keys = (form) =>
    form.dataset.keys
      .split(" ")
      .filter(Boolean)
      .map((id) => ({ type: "public-key", id: bytes(id) }));

  const get = async (form) => {
    const key = await navigator.credentials.get({
      publicKey: {
        challenge: bytes(form.dataset.challenge),
        rpId: form.dataset.site,
        allowCredentials: keys(form),
        userVerification: "required",
      },
    });
    const said = key.response;
    return {
      credential: text(key.rawId),
      client: text(said.clientDataJSON),
      authenticator: text(said.authenticatorData),
      signature: text(said.signature),
      user: said.userHandle ? text(said.userHandle) : "",
    };
  };

  const create = async (form) => {
    const key = await navigator.credentials.create({
      publicKey: {
        challenge: bytes(form.dataset.challenge),
        rp: { id: form.dataset.site, name: document.querySelector(".door-name span")?.textContent ?? form.dataset.site },
        user: { id: bytes(form.dataset.user), name: form.dataset.email, displayName: form.dataset.person },
        pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: "public-key", alg })),
        excludeCredentials: keys(form),
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        attestation: "none",
      },
    });
    const said = key.response;
    return {
      credential: text(key.rawId),
      client: text(said.clientDataJSON),
      authenticator: text(said.getAuthenticatorData()),
    };
  };

  // Whoever closes the question changed their mind; that is no mistake.
  const words = (error) =>
    error.name === "NotAllowedError"
      ? "No passkey was used. Try again when you are ready."
      : error.name === "InvalidStateError"
        ? "This device has a passkey for this account already."
        : `The passkey could not be used (${error.name}).`;

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!globalThis.isSecureContext || !globalThis.PublicKeyCredential) continue;
    form.hidden = false;
    const said = form.querySelector("[data-passkey-said]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      said.textContent = "";
      try {
        const answer = await (form.dataset.passkey === "create" ? create(form) : get(form));
        for (const [name, value] of Object.entries(answer)) form.elements[name].value = value;
        form.submit();
      } catch (error) {
        said.textContent = words(error);
      }
    });
  }
})();
