// Every page of the desk that the program routes to, as the sources say: opened by following links, seen by axe in both
// themes and at both widths, without a horizontal scroll (at 320 pixels and from right to left neither), and readable
// without a script. A new route without a link to it fails here.

import { readFile, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { accessible, assert, journey, signIn } from "./lib.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What is no page of its own: files, parts of pages, streams, and what only a form or a running import leads to. */
const NO_PAGES = [
  /\/csv$/,
  /\.csv$/,
  /\/progress$/,
  /^\/desk$/,
  /^\/desk\/events$/,
  /^\/desk\/health\/cards\//,
  /^\/desk\/health\/annotations\//,
  /^\/desk\/help\/pictures\//,
  /^\/desk\/notices\/(list|news)$/,
  /^\/desk\/conversations\/\{conversation\}\/neighbours$/,
  /^\/desk\/members\/\{member\}\/(circle|link|rhythm|suggestions|timeline)$/,
  /^\/desk\/privacy\/exports\/\{export\}\/file$/,
  /^\/desk\/settings\/privacy\/rules$/,
  /^\/desk\/settings\/accounts\/\{account\}\/removal$/,
  /^\/desk\/settings\/sign-in\/\{provider\}\/removal$/,
  /^\/desk\/settings\/community\/rebuild$/,
  /^\/desk\/settings\/mail\/messages\/\{mail\}$/,
  /^\/desk\/sources\/running$/,
  /^\/desk\/sources\/watched$/,
];

/** Where to begin; everything else is found by links. */
const BEGIN = ["/desk/today", "/desk/palette", "/desk/kit", "/desk/notices", "/desk/contacts", "/desk/health/report"];

/** The paths of all GET routes of the desk. */
async function routes() {
  const found = new Set();
  const walk = async (folder) => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) await walk(path);
      else if (entry.name.endsWith(".rs")) {
        const text = await readFile(path, "utf8");
        for (const [, route] of text.matchAll(/\.route\(\s*"(\/desk[^"]*)",\s*get\(/g)) found.add(route);
      }
    }
  };
  await walk(`${ROOT}/capabilities`);
  await walk(`${ROOT}/kernel/capability/src`);
  return [...found].sort();
}

/** The most particular route that an address fits. */
function routeOf(path, all) {
  const fits = (route) => new RegExp(`^${route.replace(/\{[^}]+\}/g, "[^/]+")}$`).test(path);
  return all.filter(fits).sort((a, b) => a.split("{").length - b.split("{").length)[0];
}

/** Fails when something sticks out sideways. */
async function fits(page, where) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${where}: ${over} pixels stick out`);
}

await journey("every page", async ({ page, product, context }) => {
  await signIn({ page, product });
  // An endpoint of webhooks, so that its page is there; nothing is sent.
  await page.goto("/desk/settings/webhooks");
  await page.getByLabel("Address").fill("https://hooks.example.org/in");
  await page.getByLabel(/^Everything/).check();
  await page.getByRole("button", { name: "Make endpoint" }).click();
  await page.locator("#secret").waitFor();
  // A provider to sign in with, likewise.
  await page.goto("/desk/settings/sign-in");
  await page.getByLabel("Name").fill("Main");
  await page.getByLabel("Issuer").fill("https://id.example.org");
  await page.getByLabel("Client id").fill("folkmoot");
  await page.getByRole("button", { name: "Add provider" }).click();
  await page.getByText("redirect URI").waitFor();
  // An erasure that waits, so that its page is there; it is not carried out.
  await page.goto("/desk/members");
  const member = await page.locator("a[href^='/desk/members/idn_']").first().getAttribute("href");
  await page.goto(`${member.split("?")[0]}/erasure`);
  await page.getByLabel("Who asked for it, and how").fill("a mail");
  await page.getByRole("button", { name: /^Erase in/ }).click();
  await page.getByText("The erasure waits.").waitFor();
  const named = await routes();
  const all = named.filter((route) => !NO_PAGES.some((no) => no.test(route)));
  assert.ok(all.length > 15, `the sources name the desk's routes: ${all}`);
  const seen = new Map();
  const waiting = [...BEGIN];
  const known = new Set(waiting);
  while (waiting.length > 0 && seen.size < all.length) {
    const address = waiting.shift();
    const route = routeOf(new URL(address, product.address).pathname, named);
    if (!all.includes(route) || seen.has(route)) continue;
    const answer = await page.goto(address);
    assert.equal(answer.status(), 200, address);
    seen.set(route, address);
    const links = await page.locator("a[href^='/desk']").evaluateAll((list) => list.map((a) => a.getAttribute("href")));
    for (const link of links) if (!known.has(link)) known.add(link) && waiting.push(link);
  }
  const missing = all.filter((route) => !seen.has(route));
  assert.deepEqual(missing, [], "no link leads to these routes");

  for (const [route, address] of seen) {
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(address);
      assert.equal(await page.locator("h1").count(), 1, `${route}: one heading of the first level`);
      await fits(page, `${route} at ${width}`);
      await accessible(page, `${route} at ${width}`);
    }
    // The same page, narrower, and turned round: neither needs to be loaded again.
    await page.setViewportSize({ width: 320, height: 700 });
    await fits(page, `${route} at 320`);
    await page.evaluate(() => (document.documentElement.dir = "rtl"));
    await fits(page, `${route} at 320, from right to left`);
    await page.setViewportSize({ width: 1440, height: 900 });
    await fits(page, `${route} at 1440, from right to left`);
  }

  // The server draws a page from right to left by itself.
  await context.addCookies([{ name: "dir", value: "rtl", url: product.address }]);
  await page.goto("/desk/today");
  assert.equal(await page.locator("html").getAttribute("dir"), "rtl");
  await fits(page, "Today from right to left");
  await context.clearCookies({ name: "dir" });

  const cookies = await context.cookies();
  const plain = await context.browser().newContext({ baseURL: product.address, javaScriptEnabled: false });
  await plain.addCookies(cookies);
  const quiet = await plain.newPage();
  for (const [route, address] of seen) {
    await quiet.goto(address);
    const words = await quiet.locator("main").innerText();
    assert.ok(words.trim().length > 40, `${route} can be read without a script`);
  }
  await plain.close();
});
