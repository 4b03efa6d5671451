// Finding things by keys alone, the list of keys, the bell, and everything without a script.

import { accessible, assert, journey, signIn, tabTo } from "./lib.mjs";

await journey("palette", async ({ page, product, context }) => {
  await signIn({ page, product });
  await page.goto("/desk/help");

  // By keys: open, look for, move, open.
  await page.keyboard.press("Control+k");
  const dialog = page.locator("#desk-palette");
  await dialog.waitFor();
  const field = page.getByRole("combobox");
  assert.ok(await field.evaluate((element) => element === document.activeElement), "one can type at once");
  await page.getByRole("option").first().waitFor();
  await accessible(page, "the open palette");
  await page.keyboard.type("settin");
  await page.waitForFunction(() => document.querySelector("#desk-palette [aria-selected=true]")?.textContent.includes("Settings"));
  const active = await field.getAttribute("aria-activedescendant");
  assert.equal(await page.locator(`#${active}`).getAttribute("aria-selected"), "true");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/desk\/settings/);

  // What was opened is offered first; Escape closes and focus is where it was.
  await tabTo(page, (e) => e.matches(".rail-link"));
  await page.keyboard.press("Control+k");
  await page.getByRole("group", { name: "Recent" }).waitFor();
  assert.match(await page.getByRole("option").first().textContent(), /Settings/);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.ok(await page.evaluate(() => document.activeElement.matches(".rail-link")), "the focus is where it was");

  // A metric by its letters.
  await page.keyboard.press("Control+k");
  await page.keyboard.type("answered");
  await page.getByRole("option", { name: /answered/i }).first().waitFor();
  await page.keyboard.press("Escape");

  // Keys of this page and everywhere; letters jump.
  await page.goto("/desk/kit");
  await page.keyboard.press("?");
  const keys = page.getByRole("dialog", { name: "Keys" });
  await keys.getByText("Next row").waitFor();
  await accessible(page, "the list of keys");
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.getByText("1 selected").waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Shift+X");
  await page.getByText("2 selected").waitFor();
  await accessible(page, "the kit with a selection");
  await page.getByRole("button", { name: "Select all 128" }).click();
  await page.getByText("128 selected").waitFor();
  await page.getByRole("button", { name: "Clear" }).click();
  assert.equal(await page.locator("#kit-bulk").isVisible(), false);
  await page.keyboard.press("g");
  await page.keyboard.press("h");
  await page.waitForURL(/\/desk\/health/);

  // The bell, and a drawer.
  await page.goto("/desk/kit");
  await page.getByRole("link", { name: "Open in a drawer" }).click();
  await page.getByRole("dialog", { name: "Notices" }).waitFor();
  await page.keyboard.press("Escape");
  await page.locator("[data-bell] summary").click();
  await page.locator("[data-notices] > *").first().waitFor();
  await accessible(page, "the open bell");
  await page.goto("/desk/notices");
  await accessible(page, "the page of notices");

  // A phone: five ways below, everything else behind the last.
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/desk/health");
  await page.getByRole("navigation", { name: "Desk, short" }).getByText("More").click();
  await page.locator("#desk-more").getByRole("link", { name: "Settings" }).waitFor();
  await accessible(page, "everything else on a phone");
  await page.keyboard.press("Escape");
  await page.setViewportSize({ width: 320, height: 700 });
  for (const path of ["/desk/kit", "/desk/help", "/desk/palette", "/desk/notices"]) {
    await page.goto(path);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${path} is wider than 320 pixels by ${over}`);
  }

  // Without a script the same is a page.
  const plain = await context.browser().newContext({
    baseURL: product.address,
    javaScriptEnabled: false,
    storageState: await context.storageState(),
  });
  const still = await plain.newPage();
  await still.goto("/desk/help");
  await still.locator("[data-palette]").click();
  await still.getByRole("searchbox").fill("retention");
  await still.getByRole("button", { name: "Find" }).click();
  await still.getByRole("heading", { level: 1, name: "Find" }).waitFor();
  assert.ok((await still.locator(".find-hit").count()) > 0);
  await plain.close();
});
