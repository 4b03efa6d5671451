// Members: found, tagged and taken back, linked with a reason, noted, written to; once by mouse, once by keys alone.

import { accessible, assert, journey, signIn, tabTo } from "./lib.mjs";

/** How many members the list says that there are. */
async function total(page) {
  const text = await page.locator(".page-head p").first().textContent();
  return Number(text.match(/[\d,]+/)[0].replaceAll(",", ""));
}

/** Waits until every part of a member's page has come. */
async function settled(page) {
  await page.waitForFunction(() => !document.querySelector("[data-fragment][hx-get]:is(#timeline, #rhythm, #circle, #suggested)"));
}

await journey("members", async ({ page, product }) => {
  await signIn({ page, product });
  await page.goto("/desk/members");
  await page.getByRole("heading", { level: 1, name: "Members" }).waitFor();
  await accessible(page, "the list of members");
  const everybody = await total(page);

  // A filter stands in the address and can be taken away.
  await page.locator("summary.chip", { hasText: "State" }).click();
  await page.getByRole("link", { name: /^Going quiet/ }).click();
  await page.waitForURL(/state=quiet/);
  const quiet = await total(page);
  assert.ok(quiet > 0 && quiet < everybody, `${quiet} of ${everybody} are going quiet`);
  await page.getByText("Going quiet").first().waitFor();
  await page.getByRole("link", { name: "Clear" }).click();
  await page.waitForURL(/\/desk\/members$/);

  // Tags for two, and back.
  await page.getByRole("checkbox", { name: /^Select (?!all)/ }).nth(0).check();
  await page.getByRole("checkbox", { name: /^Select (?!all)/ }).nth(1).check();
  await page.getByText("2 selected").waitFor();
  await accessible(page, "the list with a selection");
  await page.getByLabel("Tag", { exact: true }).fill("helper");
  await page.getByRole("button", { name: "Add tag" }).click();
  await page.getByText("Tag helper added to 2 members.").waitFor();
  await page.goto("/desk/members?tag=helper");
  assert.equal(await total(page), 2);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Nobody fits").waitFor();

  // For all who fit it says first how many.
  await page.goto("/desk/members?state=quiet");
  await page.getByRole("checkbox", { name: /^Select all rows/ }).check();
  if (quiet > 50) await page.getByRole("button", { name: /^Select all/ }).click();
  await page.getByLabel("Tag", { exact: true }).fill("ask why");
  await page.getByRole("button", { name: "Add tag" }).click();
  if (quiet > 50) {
    await accessible(page, "the question before a change of tags");
    await page.getByRole("button", { name: /^Add to/ }).click();
  }
  await page.getByText(`Tag ask why added to ${quiet}`).waitFor();
  await page.getByRole("button", { name: "Undo" }).click();

  // One member: everything comes, a note is kept, a contact is recorded and warns.
  await page.goto("/desk/members?sort=active");
  await page.locator("tbody a.who").first().click();
  await page.waitForURL(/members\/idn_/);
  const member = page.url();
  await settled(page);
  await page.getByRole("heading", { name: "Rhythm" }).waitFor();
  await page.getByRole("heading", { name: "Talks with" }).waitFor();
  await accessible(page, "a member");
  const first = await page.locator(".timeline time").first().getAttribute("datetime");
  await page.getByRole("link", { name: "Earlier" }).click();
  await page.waitForFunction((before) => document.querySelector(".timeline time").dateTime < before, first);
  await page.getByText("Add note").click();
  await page.getByLabel("New note").fill("Prefers mornings.");
  await page.getByRole("button", { name: "Keep note" }).click();
  await page.getByText("Prefers mornings.", { exact: true }).first().waitFor();
  await page.getByText("Write", { exact: true }).click();
  await page.getByLabel("Text to send").fill("Good morning.");
  await page.getByRole("button", { name: "I have sent it" }).click();
  await page.waitForURL(member);
  await page.getByText("Write", { exact: true }).click();
  await page.getByText(/Already written to/).waitFor();
  await page.goto("/desk/contacts");
  await page.getByText("No sign yet").first().waitFor();
  await accessible(page, "the contacts");

  // A suggested link is refused with a reason, and suggested again.
  await page.goto("/desk/members/suggestions");
  await accessible(page, "the suggested links");
  const waiting = await page.locator(".pair-row").count();
  assert.ok(waiting > 0, "the demo has people on two sources without a link");
  await page.locator(".pair-row").first().getByText("Not the same").click();
  await page.locator(".pair-row").first().getByLabel("Why they are not").fill("two sisters");
  await page.getByRole("button", { name: "Keep them apart" }).click();
  await page.getByText("two sisters").waitFor();
  await page.getByRole("button", { name: "Suggest again" }).click();
  await page.waitForFunction((n) => document.querySelectorAll(".pair-row").length === n, waiting);

  // A roster: looked at first.
  await page.locator("input[type=file]").setInputFiles({
    name: "people.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("name,email,nonsense\nNobody,nobody@nowhere.example,x\n"),
  });
  await page.getByRole("button", { name: "Look first" }).click();
  await page.getByText("Row 2: names fewer than two identities that are known here").waitFor();
  await accessible(page, "what came of a roster");

  await page.setViewportSize({ width: 390, height: 844 });
  for (const address of ["/desk/members", member, "/desk/members/suggestions", "/desk/contacts"]) {
    await page.goto(address);
    if (address === member) await settled(page);
    await accessible(page, `${address} on a phone`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${address} is ${wide} px too wide on a phone`);
  }
});

await journey("members by keys", async ({ page, product }) => {
  await signIn({ page, product });
  await page.goto("/desk/members");
  await page.getByRole("heading", { level: 1, name: "Members" }).waitFor();

  // Find somebody: `/`, a name, Enter.
  const name = (await page.locator("tbody .who b").nth(3).textContent()).trim();
  await page.keyboard.press("/");
  await page.keyboard.type(name);
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=/);

  // Choose the first row, tag it.
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.getByText("1 selected").waitFor();
  await tabTo(page, (e) => e.id === "bulk-tag");
  await page.keyboard.type("by keys");
  await tabTo(page, (e) => e.textContent === "Add tag");
  await page.keyboard.press("Enter");
  await page.getByText(/Tag by keys added to 1.member/).waitFor();

  // Open it, keep a note.
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/members\/idn_/);
  await settled(page);
  await page.getByRole("link", { name: "by keys", exact: true }).waitFor();
  await page.keyboard.press("n");
  await tabTo(page, (e) => e.id === "note");
  await page.keyboard.type("Reached without a mouse.");
  await tabTo(page, (e) => e.textContent === "Keep note");
  await page.keyboard.press("Enter");
  await page.getByText("Reached without a mouse.", { exact: true }).first().waitFor();
});
