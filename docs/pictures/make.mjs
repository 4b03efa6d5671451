// Takes the pictures of README and guide from the demo: `FOLKMOOT_BIN=target/release/folkmoot node docs/pictures/make.mjs`.

import { fileURLToPath } from "node:url";
import { journey, signIn } from "../../tests-browser/lib.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PAGES = [
  ["today", "/desk/today"],
  ["health", "/desk/health"],
  ["members", "/desk/members"],
];

await journey("pictures", async ({ page, product }) => {
  await signIn({ page, product });
  await page.setViewportSize({ width: 1440, height: 900 });
  for (const [name, path] of PAGES) {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.goto(path);
      // What loads as fragments is there when nothing waits any more in view.
      await page.waitForTimeout(1_500);
      await page.screenshot({ path: `${HERE}${name}-${colorScheme}.png` });
    }
  }
});
