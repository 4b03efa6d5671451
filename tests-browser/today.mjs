// The morning: what waits, why, and the action in place; put off, dismissed, brought back; with keys alone, too.

import { accessible, assert, journey, signIn, tabTo } from "./lib.mjs";

await journey("today", async ({ page, product, context }) => {
  await signIn({ page, product });
  await page.waitForURL(/\/desk\/today/);
  await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
  await page.getByText(/As of .+ the last activity/).waitFor();
  const items = page.locator(".todo[data-row]");
  assert.ok((await items.count()) >= 8, "the demo has things to do");
  await accessible(page, "Today");

  // Every kind that the tabs name has items, and only those.
  const tabs = page.getByRole("navigation", { name: "What waits" }).getByRole("link");
  const kinds = (await tabs.evaluateAll((links) => links.map((a) => a.href))).filter((h) => h.includes("kind="));
  assert.ok(kinds.length >= 4, `questions, newcomers, quiet members and something unusual: ${kinds}`);
  for (const kind of kinds) {
    await page.goto(kind);
    assert.ok((await items.count()) > 0, kind);
  }

  // A question is answered where it was asked: copy, open, and say that it was sent.
  await page.goto("/desk/today?kind=question");
  const question = items.first();
  await question.locator("details.contact > summary").click();
  const text = question.getByLabel("Text to send");
  assert.ok((await text.inputValue()).length > 20, "a text is prepared");
  await text.fill("Have a look at the guide's second chapter.");
  await question.getByRole("button", { name: "I have sent it" }).click();
  await page.waitForURL(/\/desk\//);
  await page.goto("/desk/contacts");
  await page.getByText("Have a look at the guide").first().waitFor({ state: "attached" });

  // Put off, undone; dismissed with a reason, brought back.
  await page.goto("/desk/today?kind=newcomer");
  const before = await items.count();
  const greeting = items.first();
  const whom = await greeting.locator(".todo-title").innerText();
  await greeting.getByText("Later", { exact: false }).first().click();
  await greeting.getByRole("button", { name: "In 3 days" }).click();
  await page.getByRole("status").filter({ hasText: "Put off until" }).waitFor();
  assert.equal(await items.count(), before - 1);
  await page.getByRole("button", { name: /^Undo/ }).click();
  assert.equal(await items.count(), before);
  const again = items.filter({ hasText: whom }).first();
  await again.getByText("Dismiss", { exact: false }).first().click();
  await again.getByLabel("Why it needs nobody").fill("greeted in the call");
  await again.getByRole("button", { name: "Dismiss", exact: true }).click();
  await page.getByRole("status").filter({ hasText: "Dismissed" }).waitFor();
  await page.goto("/desk/today?show=decided");
  await page.getByText("greeted in the call").waitFor();
  await accessible(page, "what was decided");
  await page.getByRole("button", { name: /^Bring back/ }).first().click();

  // A second tab of the same desk follows what is decided here.
  await page.goto("/desk/today?kind=newcomer");
  const other = await context.newPage();
  await other.goto("/desk/today?kind=newcomer");
  const seen = other.locator(".todo[data-row]");
  const many = await seen.count();
  await page.bringToFront();
  await items.first().getByText("Later", { exact: false }).first().click();
  await items.first().getByRole("button", { name: "Tomorrow" }).click();
  await page.getByRole("status").filter({ hasText: "Put off until" }).waitFor();
  await other.bringToFront();
  await other.waitForFunction((n) => document.querySelectorAll(".todo[data-row]").length === n - 1, many);
  await other.close();

  // With keys alone: a menu is opened, left and opened again; what it offers is done.
  await page.goto("/desk/today?kind=quiet");
  const waiting = await items.count();
  await tabTo(page, (e) => e.matches(".todo summary") && e.textContent.includes("Later"));
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Tomorrow" }).first().waitFor();
  await tabTo(page, (e) => e.textContent.trim() === "Tomorrow");
  await page.keyboard.press("Escape");
  const back = await page.evaluate(() => document.activeElement.matches(".todo summary"));
  assert.ok(back, "a menu that is left gives the focus back");
  await page.keyboard.press("Enter");
  await tabTo(page, (e) => e.textContent.trim() === "Tomorrow");
  await page.keyboard.press("Enter");
  await page.getByRole("status").filter({ hasText: "Put off until" }).waitFor();
  assert.equal(await items.count(), waiting - 1);

  // To the first item and into it.
  await page.goto("/desk/today?kind=question");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/desk\/conversations\//);

  // As it stood on an earlier day.
  await page.goto("/desk/today");
  const day = page.getByLabel("As of");
  const last = await day.inputValue();
  const earlier = new Date(Date.parse(last) - 30 * 86_400_000).toISOString().slice(0, 10);
  await day.fill(earlier);
  await page.getByRole("button", { name: "Show" }).click();
  await page.waitForURL(new RegExp(`on=${earlier}`));
  await page.getByRole("link", { name: "Latest" }).waitFor();

  // On a phone, and without a script.
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/desk/today");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `nothing sticks out at 390 pixels: ${wide}`);
  await accessible(page, "Today on a phone");
});
