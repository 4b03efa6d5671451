// A passkey made and used in the browser, with its own authenticator; an authenticator app set up and asked for.

import { createHmac } from "node:crypto";
import { ACCOUNT, accessible, assert, journey, signIn } from "./lib.mjs";

/** The code that an app with this secret shows (RFC 6238). */
function code(secret, at = Date.now()) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replaceAll(/\s/g, "")].map((l) => letters.indexOf(l).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const tag = createHmac("sha1", key).update(step).digest();
  return String((tag.readUInt32BE(tag[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

await journey("passkey", async ({ page, context, product }) => {
  // Browsers allow passkeys on localhost, and on no address that is a number.
  const local = product.address.replace("127.0.0.1", "localhost");
  const here = (path) => `${local}${path}`;
  await signIn({ page, product: { ...product, link: product.link.replace("127.0.0.1", "localhost") } });
  // No page stays open meanwhile, whose stream of events would be refused.
  const signOut = async () => {
    await page.goto("about:blank");
    await context.clearCookies();
  };
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });

  await page.goto(here("/desk/settings/account"));
  // The demo's account has an address of its own; its password was chosen with the link.
  const email = await page.getByLabel(/^e-?mail/i).inputValue();
  await page.getByRole("link", { name: "Manage passkeys" }).click();
  await page.getByLabel(/name of a new passkey/i).fill("Phone");
  await accessible(page, "passkeys");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByText("not used yet").waitFor();

  await signOut();
  await page.goto(here("/signin?next=/desk/health"));
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.waitForURL((url) => url.pathname === "/desk/health");
  await page.goto(here("/account/passkeys"));
  await page.getByText("last used").waitFor();

  // An app beside it.
  await page.goto(here("/account/second-factor"));
  await accessible(page, "setting an app up");
  const secret = await page.locator("#secret").innerText();
  await page.getByRole("textbox", { name: "Code" }).fill(code(secret));
  await page.getByRole("button", { name: "Set it up" }).click();
  await page.getByRole("heading", { name: "Keep these codes" }).waitFor();
  assert.equal(await page.locator("#codes li").count(), 10);
  await accessible(page, "recovery codes");
  const recovery = await page.locator("#codes li").first().innerText();
  await page.getByRole("link", { name: "I have kept them" }).click();
  await page.waitForURL(/settings\/account/);

  await signOut();
  await page.goto(here("/signin"));
  await page.getByLabel(/e-?mail/i).fill(email);
  await page.locator("input[type=password]").fill(ACCOUNT.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(/signin\/second/);
  await accessible(page, "the second step");
  await page.getByRole("textbox", { name: "Code" }).fill("000000");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByText(/code is wrong/i).waitFor();
  await page.getByRole("textbox", { name: "Code" }).fill(recovery);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(/\/desk/);
});
