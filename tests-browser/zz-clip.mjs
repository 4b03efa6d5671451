import { chromium } from "playwright-core";
const [address, name, width, theme, height, ...ys] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox","--disable-gpu","--disable-dev-shm-usage"] });
const ctx = await browser.newContext({ storageState: "/tmp/hs/state.json", viewport: { width: +width, height: 900 }, colorScheme: theme, reducedMotion: "reduce" });
const page = await ctx.newPage();
await page.goto(address);
for (let y = 0; y < 14000; y += 600) { await page.mouse.wheel(0, 600); await page.waitForTimeout(40); }
await page.waitForFunction(() => !document.querySelector("[data-fragment]"), null, { timeout: 60000 }).catch(() => console.log("left"));
await page.evaluate(() => scrollTo(0, 0));
for (const y of ys) await page.screenshot({ path: `/tmp/hs/${name}-${y}.png`, fullPage: true, clip: { x: +width > 500 ? 240 : 0, y: +y, width: +width > 500 ? +width - 240 : +width, height: +height } });
await browser.close();
