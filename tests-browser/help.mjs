// The guide: looked through, looked up, and opened from the page it is about.

import { accessible, assert, journey, signIn, tabTo } from "./lib.mjs";

await journey("help", async ({ page, product }) => {
  await signIn({ page, product });
  await page.goto("/desk/help");
  await accessible(page, "Help");
  const chapters = await page.locator(".help-parts a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  assert.ok(chapters.length > 15, "there is a chapter for each task");

  // Every chapter is there, readable, and leads nowhere that is not.
  const seen = new Set();
  const links = new Set();
  for (const chapter of chapters) {
    await page.goto(chapter);
    assert.equal(await page.locator("h1").count(), 1, chapter);
    seen.add(chapter);
    for (const href of await page.locator("main a[href^='/desk/help']").evaluateAll((all) => all.map((a) => a.pathname))) links.add(href);
    const broken = await page.locator("main img").evaluateAll((all) => all.filter((img) => !img.naturalWidth).map((img) => img.src));
    assert.deepEqual(broken, [], `pictures of ${chapter}`);
  }
  for (const link of links) {
    const answer = await page.request.get(link);
    assert.equal(answer.status(), 200, `${link} is linked to`);
  }
  await page.goto("/desk/help/read-health");
  await accessible(page, "a chapter");
  await page.goto("/desk/help/metrics");
  await accessible(page, "all metrics");
  await page.goto("/desk/help/metrics/answered_rate");
  await accessible(page, "a metric's page");

  // Looked up by keys alone.
  await page.goto("/desk/help");
  await page.keyboard.press("/");
  await page.keyboard.type("slower");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Find out why answers got slower" }).waitFor();
  await accessible(page, "what was found in the guide");
  await tabTo(page, (e) => e.textContent.includes("Find out why answers got slower"));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Find out why answers got slower" }).waitFor();
  await page.goto("/desk/help?q=zzzzz");
  await page.getByText("The guide says nothing about that").waitFor();

  // From a page to its chapter.
  for (const [from, to] of [
    ["/desk/health", "/desk/help/read-health"],
    ["/desk/sources", "/desk/help/bring-a-history-in"],
    ["/desk/settings/account", "/desk/help/look-after-your-account"],
  ]) {
    await page.goto(from);
    await page.getByRole("banner").getByRole("link", { name: "Help for this page" }).click();
    await page.waitForURL((url) => url.pathname === to);
  }

  await page.setViewportSize({ width: 320, height: 700 });
  for (const path of ["/desk/help", "/desk/help/commands", "/desk/help/metrics", "/desk/help/metrics/retention"]) {
    await page.goto(path);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${path} is wider than 320 pixels by ${over}`);
  }
});
