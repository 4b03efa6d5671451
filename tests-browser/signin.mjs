// The first-run link signs in once; afterwards e-mail and password do; everything else needs signing in.

import { ACCOUNT, accessible, assert, fillAccount, journey } from "./lib.mjs";

await journey("signin", async ({ page, context, product }) => {
  await page.goto("/desk/health");
  assert.match(page.url(), /\/signin/, "a stranger is sent to the sign-in page");
  await accessible(page, "the sign-in page");

  await page.goto(product.link);
  if (await page.locator("input[type=password]").count()) {
    await accessible(page, "the first-run page");
    await fillAccount(page);
  } else {
    await page.getByRole("button", { name: /sign in|continue/i }).first().click();
  }
  await page.waitForURL(/\/desk/);
  await page.getByRole("heading", { level: 1 }).waitFor();

  const cookies = await context.cookies();
  assert.ok(cookies.length > 0, "there is a session");
  assert.ok(cookies.every((c) => c.httpOnly && c.sameSite !== "None"), "the session cannot be read or sent along");

  await context.clearCookies();
  const answer = await page.goto(product.link);
  assert.ok(!page.url().includes("/desk"), "the link works once");
  assert.ok(answer.status() < 500);

  await page.goto("/signin");
  await page.getByLabel(/e-?mail/i).fill(ACCOUNT.email);
  await page.locator("input[type=password]").fill("not the right one at all");
  await page.getByRole("button", { name: /sign in/i }).click();
  await page.getByText(/do not belong together/i).first().waitFor();
  assert.match(page.url(), /\/signin/);
});
