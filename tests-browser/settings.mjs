// Settings: each thing that can be set takes effect; by mouse, then by keys alone.

import { accessible, assert, journey, signIn, tabTo } from "./lib.mjs";

await journey("settings", async ({ page, product, context }) => {
  await signIn({ page, product });
  await page.goto("/desk/settings");
  await page.getByRole("heading", { level: 1, name: "Community" }).waitFor();
  await accessible(page, "Settings, Community");
  await page.getByLabel("Name", { exact: true }).fill("Lathe and friends");
  await page.getByRole("button", { name: "Save name" }).click();
  await page.getByText("Saved.").waitFor();
  assert.match(await page.title(), /Lathe and friends/);

  await page.getByLabel("Time zone").fill("Europe/Lisbon");
  await page.getByRole("button", { name: "Change zone" }).click();
  await page.waitForFunction(() => document.querySelector("#zone")?.value === "Europe/Lisbon", null, { timeout: 60_000 });
  // What took long says so on whatever page is open.
  await page.locator(".toast, [data-bell] .dotted").first().waitFor({ timeout: 30_000 });

  const tabs = page.getByRole("navigation", { name: "Settings" });
  await tabs.getByRole("link", { name: "People" }).click();
  await page.getByLabel(/^Staff/).fill("@lathe.example\nruth");
  await page.getByRole("button", { name: "Save lists" }).click();
  await page.getByText("Saved.").waitFor();
  assert.match(await page.getByLabel(/^Staff/).inputValue(), /@lathe\.example\nruth/);
  await accessible(page, "Settings, People");

  await tabs.getByRole("link", { name: "Accounts" }).click();
  await page.getByLabel("E-mail", { exact: true }).last().fill("bo@example.org");
  await page.getByRole("button", { name: "Add account" }).click();
  const link = await page.locator("#secret").textContent();
  assert.match(link, /\/signin\/link\//);
  await accessible(page, "an account that was added");
  const other = await context.browser().newContext({ baseURL: product.address });
  const theirs = await other.newPage();
  await theirs.goto(new URL(link).pathname);
  await theirs.locator("button[type=submit]").first().click();
  await theirs.waitForURL(/\/desk/);

  await page.goto("/desk/settings/accounts");
  await page.getByRole("link", { name: "bo", exact: true }).click();
  await page.getByRole("link", { name: "Remove account" }).click();
  await accessible(page, "the question before an account is removed");
  await page.getByRole("button", { name: "Remove account" }).click();
  await page.getByText("The account is removed").waitFor();
  await theirs.goto("/desk/help");
  assert.match(theirs.url(), /signin/, "whoever was signed in with it is not any more");
  await other.close();

  await page.goto("/desk/settings/account");
  await accessible(page, "Settings, Own account");
  await page.getByRole("radio", { name: "Dark" }).check();
  await page.getByRole("checkbox", { name: "Keys of a single letter" }).uncheck();
  await page.getByRole("button", { name: "Keep" }).click();
  await page.waitForLoadState("load");
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  await page.locator("body").press("?");
  assert.equal(await page.locator("#desk-keys[open]").count(), 0, "letters are off");
  await page.goto("/desk/settings/tokens");
  await page.getByLabel("What it is for").fill("Weekly report");
  await page.getByRole("radio", { name: /Only what is ticked/ }).check();
  await page.getByText("Choose what it may do").click();
  await accessible(page, "Settings, API tokens");
  await page.getByRole("checkbox", { name: "See figures and their rows" }).check();
  await page.getByRole("button", { name: "Make a token" }).click();
  const secret = await page.locator("#secret").textContent();
  const ask = () => fetch(`${product.address}/api/v1/metrics`, { headers: { authorization: `Bearer ${secret}` } });
  assert.equal((await ask()).status, 200);
  const other_call = await fetch(`${product.address}/api/v1/accounts`, { headers: { authorization: `Bearer ${secret}` } });
  assert.equal(other_call.status, 403, "it was not given that");
  await page.goto("/desk/settings/tokens");
  assert.equal(await page.getByText(secret).count(), 0, "it is shown once");
  await page.getByRole("button", { name: "Revoke" }).click();
  await page.getByText("The token works no more.").waitFor();
  assert.equal((await ask()).status, 401);

  // By keys alone: letters on again.
  await page.goto("/desk/settings/account");
  await tabTo(page, (e) => e.type === "checkbox" && e.labels[0].textContent.includes("Keys of a single letter"));
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText("Kept in this browser.").waitFor();
  await page.waitForLoadState("load");
  await page.keyboard.press("?");
  await page.locator("#desk-keys[open]").waitFor();
  await page.keyboard.press("Escape");

  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 800 });
    for (const tab of ["community", "people", "accounts", "account", "tokens", "service-tokens"]) {
      await page.goto(`/desk/settings/${tab}`);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${tab} is wider than ${width} pixels by ${over}`);
      await accessible(page, `Settings, ${tab}, at ${width}`);
    }
  }
});
