// Takes the pictures of README and guide from the demo: `FOLKMOOT_BIN=target/release/folkmoot node docs/pictures/make.mjs`.
// Names behind it take those only: `… make.mjs channels search`. The binary carries them: all together below 2.5 MB.

import { fileURLToPath } from "node:url";
import { journey, signIn } from "../../tests-browser/lib.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const WHOLE = { width: 1440, height: 900 };
/** Chapters are read in a narrower column. */
const PART = { width: 1180, height: 640 };
const PAGES = [
  ["today", "/desk/today", WHOLE],
  ["health", "/desk/health", WHOLE],
  ["newcomers", "/desk/today?kind=newcomer", PART],
  ["channels", "/desk/channels?sort=slowest", PART],
  ["suggestions", "/desk/members/suggestions", PART],
  ["search", "/desk/search?q=walnut+bowl", PART],
  ["import", "/desk/sources/import", PART],
];
const ONLY = process.argv.slice(2);

await journey("pictures", async ({ page, product }) => {
  await signIn({ page, product });
  for (const [name, path, size] of PAGES.filter(([name]) => !ONLY.length || ONLY.includes(name))) {
    await page.setViewportSize(size);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.goto(path);
      // What loads as fragments is there when nothing waits any more in view.
      await page.waitForTimeout(1_500);
      await page.screenshot({ path: `${HERE}${name}-${colorScheme}.png` });
    }
  }
});
