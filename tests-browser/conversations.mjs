// Conversations: found by where they stand, read in context, marked, assigned and answered; once by mouse, once by
// keys alone.

import { accessible, assert, journey, signIn } from "./lib.mjs";

const UNANSWERED = "/desk/conversations?state=unanswered&questions=1";

/** What the first row of the list is called. */
const first = (page) => page.locator("tbody a[data-open]").first();

await journey("conversations", async ({ page, product }) => {
  await signIn({ page, product });
  await page.goto("/desk/conversations");
  await page.getByRole("heading", { level: 1, name: "Conversations" }).waitFor();
  await accessible(page, "the list of conversations");

  // What waits longest is a question without an answer, without a filter more.
  await page.getByRole("link", { name: "Longest waiting first" }).click();
  await page.waitForURL(/state=unanswered&questions=1&sort=waiting/);
  await page.goto("/desk/conversations");

  // Filters stand in the address.
  await page.locator("summary.chip", { hasText: "State" }).click();
  await page.getByRole("link", { name: "Unanswered", exact: true }).click();
  await page.waitForURL(/state=unanswered/);
  await page.getByRole("link", { name: /^Questions only/ }).click();
  await page.waitForURL(/questions=1/);
  await page.getByRole("link", { name: "Longest waiting first" }).click();
  await page.waitForURL(/sort=waiting/);
  const times = await page.locator("tbody tr td.num.c2 time").evaluateAll((all) => all.map((t) => t.dateTime));
  assert.deepEqual(times, [...times].sort(), "the longest waiting comes first");

  // One of them, with its context and the list around it.
  const name = (await first(page).textContent()).trim();
  await first(page).click();
  await page.waitForURL(/\/desk\/conversations\/\d+/);
  await page.getByText("the first of the list").waitFor();
  await accessible(page, "a conversation");
  await page.getByRole("button", { name: "Waits for engineering" }).click();
  await page.getByText(/said so\./).waitFor();
  await page.getByText("Waits for engineering").first().waitFor();
  await page.getByRole("button", { name: "Assign to me" }).click();
  await page.getByText(/^by /).waitFor();
  await page.goto("/desk/conversations?assigned=me");
  assert.equal((await first(page).textContent()).trim(), name);
  await page.goto(`${UNANSWERED}&sort=waiting`);
  assert.notEqual((await first(page).textContent()).trim(), name, "what waits for engineering is not unanswered");

  // Written to: colleagues are warned.
  await first(page).click();
  await page.waitForURL(/\/desk\/conversations\/\d+/);
  const thread = page.url();
  await page.locator("summary", { hasText: /^Answer$/ }).click();
  await page.getByLabel("Text to send").fill("It is in the wiki.");
  await accessible(page, "a conversation with an answer");
  await page.getByRole("button", { name: "I have sent it" }).click();
  await page.waitForURL(thread);
  await page.getByText(/Already written to/).first().waitFor();

  // Marks for several, and what a person says goes before the rule.
  await page.goto(UNANSWERED);
  const before = await page.locator("tbody tr").count();
  const two = [first(page), page.locator("tbody a[data-open]").nth(1)];
  const names = await Promise.all(two.map(async (row) => (await row.textContent()).trim()));
  await page.getByRole("checkbox", { name: /^Select (?!all)/ }).nth(0).check();
  await page.getByRole("checkbox", { name: /^Select (?!all)/ }).nth(1).check();
  await accessible(page, "a selection of conversations");
  await page.getByRole("button", { name: "Not a question" }).click();
  await page.waitForURL(UNANSWERED);
  assert.ok(!names.includes((await first(page).textContent()).trim()), `${names} are no questions any more`);
  assert.ok(before > 0);

  // A target for a channel, refused when it cannot be read.
  await page.goto("/desk/settings/answers");
  await accessible(page, "answer times");
  await page.getByLabel("Answer within, in hours").fill("4");
  await page.getByLabel(/^Hours in which/).fill("Mon-Fri 9:00-17:00");
  await page.getByRole("button", { name: "Save target" }).click();
  await page.getByText("Saved.").waitFor();
  await page.getByText("Mon-Fri 9:00-17:00, UTC").waitFor();

  // By keys alone: to a row, into it, marked, on to the next, back.
  await page.goto(`${UNANSWERED}&sort=waiting`);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/desk\/conversations\/\d+/);
  const here = page.url();
  await page.locator("[data-key=l]").waitFor();
  await page.keyboard.press("e");
  await page.getByText(/said so\./).waitFor();
  await page.locator("[data-key=l]").waitFor();
  await page.keyboard.press("l");
  await page.waitForURL((url) => url.href !== here && /conversations\/\d+/.test(url.pathname));
  await page.locator("[data-key=u]").first().waitFor();
  await page.keyboard.press("u");
  await page.waitForURL(/\/desk\/conversations\?/);
});
