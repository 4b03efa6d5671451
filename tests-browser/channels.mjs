// Channels: the table, sorted and narrowed down, and a channel's page; by mouse, then by keys alone.

import { accessible, assert, journey, signIn, tableRows, tabTo } from "./lib.mjs";

await journey("channels", async ({ page, product }) => {
  await signIn({ page, product });
  await page.goto("/desk/channels");
  await page.getByRole("heading", { level: 1, name: "Channels" }).waitFor();
  const table = page.locator("main table").first();
  const all = await tableRows(table);
  assert.ok(all.length > 10, "the demo has channels");
  await accessible(page, "the table of channels");

  // One source: fewer channels, and the filter stands in the address.
  await page.locator("summary.chip", { hasText: "Source" }).click();
  await page.locator(".popover a", { hasText: "Lathe Forum" }).click();
  await page.waitForURL(/source=/);
  const some = await tableRows(table);
  assert.ok(some.length > 0 && some.length < all.length, `${some.length} of ${all.length}`);

  // A channel's page, and from there to its conversations.
  const name = (await table.locator("tbody a").first().textContent()).trim();
  await table.locator("tbody a").first().click();
  await page.waitForURL(/\/desk\/channels\/\d+/);
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  await accessible(page, "a channel");
  await page.getByRole("main").getByRole("link", { name: "Conversations", exact: true }).click();
  await page.waitForURL(/\/desk\/conversations\?/);

  // By keys alone: another order, then to a row and into it.
  await page.goto("/desk/channels");
  await tabTo(page, (e) => e.matches("summary.chip") && e.textContent.includes("Sort"));
  await page.keyboard.press("Enter");
  await tabTo(page, (e) => e.matches(".popover a") && !e.hasAttribute("aria-current"));
  await page.keyboard.press("Enter");
  await page.waitForURL(/sort=/);
  await page.locator("main table").first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/desk\/channels\/\d+/);
});
