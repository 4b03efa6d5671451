// Webhooks: an endpoint is made, a test is sent and fails, the other side mends itself, the test is sent again; its secret
// signs what arrives. By mouse, then by keys alone.

import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { accessible, assert, journey, signIn } from "./lib.mjs";

process.env.FOLKMOOT_OUTGOING_NETWORKS = "127.0.0.1";
process.env.FOLKMOOT_OUTGOING_HTTP = "1";

/** The other side: keeps what came, and answers as it is told. */
const got = [];
let status = 500;
const receiver = createServer((request, answer) => {
  let body = "";
  request.on("data", (bytes) => (body += bytes));
  request.on("end", () => {
    got.push({ headers: request.headers, body });
    answer.writeHead(status);
    answer.end(status === 500 ? "the receiver is broken" : "thank you");
  });
});
await new Promise((done) => receiver.listen(0, "127.0.0.1", done));
const url = `http://127.0.0.1:${receiver.address().port}/in`;

/** Whether a message carries a signature under a secret (Standard Webhooks). */
function isSigned({ headers, body }, secret) {
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const expect = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  return headers["webhook-signature"].split(" ").includes(expect);
}

/** Loads the page again until something is on it. */
async function until(page, what) {
  for (let n = 0; n < 100; n += 1) {
    if (await what.count()) return;
    await page.waitForTimeout(100);
    await page.goto(page.url().split("?")[0]);
  }
  await what.first().waitFor({ timeout: 1_000 });
}

try {
  await journey("webhooks", async ({ page, product }) => {
    await signIn({ page, product });
    await page.goto("/desk/settings");
    await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Webhooks" }).click();
    await page.getByRole("heading", { level: 1, name: "Webhooks" }).waitFor();
    await accessible(page, "Settings, Webhooks");

    // What cannot be is said beside the field, and what was typed stays.
    await page.getByLabel("Address").fill("https://169.254.169.254/latest/meta-data");
    await page.getByLabel(/^What it is for/).fill("Team chat");
    await page.getByLabel(/^Everything/).check();
    await page.getByRole("button", { name: "Make endpoint" }).click();
    await page.getByText(/is not on the open internet/).waitFor();
    assert.equal(await page.getByLabel(/^What it is for/).inputValue(), "Team chat");
    await accessible(page, "a refused address");
    await page.getByLabel("Address").fill(url);
    await page.getByRole("button", { name: "Make endpoint" }).click();
    await page.getByRole("heading", { level: 1, name: "Team chat" }).waitFor();
    const secret = await page.locator("#secret").textContent();
    assert.match(secret, /^whsec_/);
    await accessible(page, "an endpoint that was made");

    // It fails, and the log says how.
    await page.goto("/desk/settings/webhooks");
    await page.getByRole("link", { name: "Team chat" }).click();
    await page.getByRole("heading", { level: 1, name: "Team chat" }).waitFor();
    await page.getByLabel("Event", { exact: true }).selectOption("question.asked");
    await page.getByRole("button", { name: "Send test" }).click();
    await page.getByText("On its way").waitFor();
    await until(page, page.getByText("the receiver is broken"));
    await page.getByText("retrying", { exact: true }).first().waitFor();
    await accessible(page, "a delivery that failed");
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 800 });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${over} pixels stick out at ${width}`);
    }
    await page.setViewportSize({ width: 1280, height: 900 });

    // The other side is mended; by keys alone it is sent again.
    status = 200;
    await page.getByRole("button", { name: /^Send again whd_\d+$/ }).first().focus();
    await page.keyboard.press("Enter");
    await page.getByText("On its way again").waitFor();
    await until(page, page.getByText("thank you"));
    await page.getByText("delivered", { exact: true }).first().waitFor();
    const last = got.at(-1);
    assert.equal(JSON.parse(last.body).type, "question.asked");
    assert.ok(isSigned(last, secret), "it is signed with the secret that was shown");
    assert.equal(last.headers["webhook-id"], got[0].headers["webhook-id"], "one id for every attempt");

    // Something real: two members are linked by the API, with the session's own token.
    const csrf = await page.locator("meta[name=csrf]").getAttribute("content");
    const made = await page.request.post("/api/v1/webhooks", {
      headers: { "x-csrf-token": csrf, origin: product.address },
      data: { target_url: `${url}/hook`, event: "member.linked" },
    });
    assert.equal(made.status(), 201, await made.text());
    const { id } = await made.json();
    const ended = await page.request.delete(`/api/v1/webhooks/${id}`, {
      headers: { "x-csrf-token": csrf, origin: product.address },
    });
    assert.equal(ended.status(), 204);

    await page.getByRole("button", { name: "Stop sending" }).click();
    await page.getByText("Nothing is sent there").waitFor();
    await accessible(page, "an endpoint that was stopped");
    await page.getByRole("button", { name: "Remove endpoint" }).click();
    await page.getByText("Nobody is told yet").waitFor();
  });
} finally {
  receiver.close();
  receiver.closeAllConnections();
}
