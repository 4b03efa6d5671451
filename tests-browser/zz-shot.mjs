import { chromium } from "playwright-core";
import { existsSync } from "node:fs";
const [link, ...paths] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox","--disable-gpu","--disable-dev-shm-usage"] });
const state = "/tmp/hs/state.json";
const ctx0 = await browser.newContext(existsSync(state) ? { storageState: state } : {});
if (!existsSync(state)) {
  const p = await ctx0.newPage();
  await p.goto(link);
  for (const f of await p.locator("input[type=email]").all()) await f.fill("ana@example.org");
  await p.getByRole("button", { name: /set|save|sign in|continue/i }).first().click();
  await p.waitForURL(/desk/);
  console.log(p.url());
  await ctx0.storageState({ path: state });
}
await ctx0.close();
for (const [width, theme] of [[1440, "light"], [1440, "dark"], [390, "light"], [390, "dark"]]) {
  const ctx = await browser.newContext({ storageState: state, viewport: { width, height: 900 }, colorScheme: theme, deviceScaleFactor: 1, reducedMotion: "reduce" });
  const page = await ctx.newPage();
  page.on("console", (m) => m.type() === "error" && console.log("console", page.url(), m.text()));
  page.on("pageerror", (e) => console.log("script", e.message));
  page.on("response", (r) => r.status() >= 400 && console.log(r.status(), r.url()));
  for (const path of paths) {
    const [name, address] = path.split("=>");
    const t = Date.now();
    await page.goto(new URL(address, link).href);
    // scroll through
    for (let y = 0; y < 14000; y += 600) { await page.mouse.wheel(0, 600); await page.waitForTimeout(60); }
    await page.waitForFunction(() => !document.querySelector("[data-fragment]"), null, { timeout: 60000 }).catch(() => console.log("fragments left", name));
    await page.waitForLoadState("networkidle").catch(() => {});
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) console.log("overflow", name, width, wide);
    await page.evaluate(() => scrollTo(0, 0));
    console.log(name, width, theme, Date.now() - t);
    await page.screenshot({ path: `/tmp/hs/${name}-${width}-${theme}.png`, fullPage: true });
  }
  await ctx.close();
}
await browser.close();
