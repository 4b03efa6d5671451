// Search: words, filters, tabs, live results, by mouse and by keyboard alone, in both themes and on a phone.

import { accessible, assert, journey, signIn } from "./lib.mjs";

await journey("search", async ({ page, product, context }) => {
  await signIn({ page, product });

  // A word that occurs: out of a message that the API finds.
  const answer = async (query) => {
    const response = await context.request.get(`/api/v1/search?${new URLSearchParams(query)}`);
    assert.equal(response.status(), 200, `the API answers ${JSON.stringify(query)}`);
    return response.json();
  };
  await page.goto("/desk/search");
  await page.getByRole("heading", { level: 1, name: "Search" }).waitFor();
  await page.getByText("Type what you look for").waitFor();
  await accessible(page, "Search before anything was typed");

  // Live: results come while one types, and the address follows.
  const box = page.getByRole("searchbox");
  await box.fill("release");
  await page.locator(".found-item mark").first().waitFor();
  await page.waitForURL(/q=release/);
  const shown = await page.locator(".found-item").count();
  const said = await answer({ q: "release" });
  assert.equal(shown, said.items.length, "as many hits as the API gives");
  for (const hit of await page.locator(".found-item").all()) {
    assert.ok((await hit.locator("mark").count()) > 0, "every hit is marked");
  }
  const link = page.locator(".found-item a[href^='/desk/conversations/']").first();
  assert.match(await link.getAttribute("href"), /^\/desk\/conversations\/\d+#m\d+$/);
  await accessible(page, "Search with hits");

  // A filter as a field; a chip takes it out again.
  const channel = said.items[0].channel.name;
  await page.locator("summary", { hasText: "Filters" }).click();
  await page.getByLabel("In channel").fill(channel);
  await page.getByRole("button", { name: "Apply" }).click();
  await page.waitForURL(/in=/);
  const inside = await answer({ q: "release", in: channel });
  assert.equal(await page.locator(".found-item").count(), inside.items.length);
  const chip = page.getByRole("link", { name: `Remove the filter in ${channel}` });
  await chip.click();
  await page.waitForURL((url) => !url.search.includes("in="));

  // Nothing found under a filter: the last one is offered to be taken out.
  await page.goto("/desk/search?q=release&before=1999-01-01");
  await page.getByText("Nothing found").waitFor();
  await page.getByRole("link", { name: /Remove “before 1999-01-01”/ }).click();
  await page.locator(".found-item").first().waitFor();

  // A mistake is said where it was made, and what was typed stays.
  await page.goto("/desk/search?q=%22open");
  await page.getByText(/a quotation mark is open/).waitFor();
  assert.equal(await box.inputValue(), '"open');
  await accessible(page, "Search with a mistake");

  // Members and channels, each under its tab; what the API says and the file holds.
  const author = said.items.find((i) => i.author).author.title;
  await page.goto(`/desk/search?${new URLSearchParams({ q: author, type: "members" })}`);
  await page.locator("main table tbody tr", { hasText: author }).first().waitFor();
  await accessible(page, "members found");
  await page.locator(".tabs").getByRole("link", { name: /^Channels/ }).click();
  await page.waitForURL(/type=channels/);
  await page.goto(`/desk/search?${new URLSearchParams({ q: channel, type: "channels" })}`);
  await page.locator("main table tbody tr", { hasText: channel }).first().waitFor();
  const file = await context.request.get("/desk/search/csv?q=release");
  assert.equal(file.status(), 200);
  assert.ok((await file.text()).startsWith("at,author,member,source,channel,title,text,conversation,permalink\r\n"));

  // By keyboard alone: to the box, type, Enter, through the results to the first conversation.
  await page.goto("/desk/search");
  await page.locator("body").press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "q", "/ goes to the box");
  await page.keyboard.type("release sort");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=release\+sort|q=release%20sort/);
  await page.goto("/desk/search?q=release");
  await page.locator("body").press("/");
  let reached = "";
  for (let i = 0; i < 40 && !reached.startsWith("/desk/conversations/"); i++) {
    await page.keyboard.press("Tab");
    reached = await page.evaluate(() => document.activeElement.getAttribute("href") ?? "");
    const ring = await page.evaluate(() => {
      const box = document.activeElement.getBoundingClientRect();
      return box.width > 0 && box.height > 0;
    });
    assert.ok(ring, "what has the focus can be seen");
  }
  assert.match(reached, /^\/desk\/conversations\//, "Tab reaches the first hit");

  // Small windows: nothing is cut off, and axe is content there, too.
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 800 });
    for (const path of ["/desk/search?q=release&in=" + encodeURIComponent(channel), "/desk/search?q=a&type=members"]) {
      await page.goto(path);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${path} is ${over} px wider than a window of ${width}`);
    }
    await accessible(page, `Search at ${width} px`);
  }

  // Without a script: the same page by a plain form.
  const plain = await context.browser().newContext({ baseURL: product.address, javaScriptEnabled: false, storageState: await context.storageState() });
  const quiet = await plain.newPage();
  await quiet.goto("/desk/search");
  await quiet.getByRole("searchbox").fill("release");
  await quiet.getByRole("button", { name: "Search", exact: true }).click();
  await quiet.locator(".found-item").first().waitFor();
  await plain.close();
});
