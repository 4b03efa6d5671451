// The team: an account with a role in one place, a role that is changed, the audit log that tells both; by mouse, then by
// keys alone, and what somebody else sees of it.

import { accessible, assert, journey, signIn } from "./lib.mjs";

await journey("team", async ({ page, product, context }) => {
  await signIn({ page, product });
  const tabs = page.getByRole("navigation", { name: "Settings" });
  await page.goto("/desk/settings");
  await tabs.getByRole("link", { name: "Accounts" }).click();
  await page.getByRole("heading", { level: 1, name: "Accounts" }).waitFor();
  await accessible(page, "Settings, Accounts");

  // An account, with a role everywhere; its link works for somebody else.
  await page.getByLabel("E-mail", { exact: true }).fill("vera@example.org");
  await page.getByLabel("Name", { exact: false }).fill("Vera");
  await page.getByLabel("Role", { exact: true }).selectOption({ label: "Volunteer" });
  await page.getByRole("button", { name: "Add account" }).click();
  const link = await page.locator("#secret").textContent();
  await accessible(page, "an account that was made");
  const browser = context.browser();
  const other = await browser.newContext({ baseURL: product.address });
  const theirs = await other.newPage();
  await theirs.goto(new URL(link).pathname);
  await theirs.locator("button[type=submit]").first().click();
  await theirs.waitForURL(/\/desk/);
  const closed = await theirs.goto("/desk/settings/accounts");
  assert.equal(closed.status(), 403, "a volunteer does not run accounts");
  assert.equal(await theirs.getByRole("link", { name: "Members" }).count(), 0, "nor is offered what is closed");
  await accessible(theirs, "a page that one may not open");

  // Its page: a role in one source, taken away again.
  await page.goto("/desk/settings/accounts");
  await page.getByRole("link", { name: "Vera" }).click();
  await page.getByRole("heading", { level: 1, name: "Vera" }).waitFor();
  await accessible(page, "the page of an account");
  await page.getByLabel("Role", { exact: true }).selectOption({ label: "Moderator" });
  await page.getByLabel("Where it holds").selectOption({ index: 1 });
  await page.getByRole("button", { name: "Give role" }).click();
  await page.getByText("The role is given.").waitFor();
  const roles = page.getByRole("table", { name: "Roles of this account" });
  assert.equal(await roles.locator("tbody tr").count(), 2);
  await roles.locator("tbody tr").filter({ hasText: "Moderator" }).getByRole("button", { name: "Take away" }).click();
  await page.getByText("The role is taken away.").waitFor();
  assert.equal(await roles.locator("tbody tr").count(), 1);

  // Volunteers may see members from now on.
  await tabs.getByRole("link", { name: "Roles" }).click();
  await page.getByRole("heading", { level: 1, name: "Roles" }).waitFor();
  await accessible(page, "Settings, Roles");
  const box = page.getByRole("checkbox", { name: /^Volunteer: See members/ });
  await box.check();
  await page.getByRole("button", { name: "Save roles" }).click();
  await page.getByText("Saved.").first().waitFor();
  assert.ok(await box.isChecked());
  await theirs.goto("/desk/members");
  await theirs.getByRole("heading", { level: 1, name: "Members" }).waitFor();
  assert.equal(await theirs.getByRole("button", { name: "Add tag" }).count(), 0, "but not change them");
  await page.getByRole("link", { name: "Volunteer", exact: true }).click();
  await page.getByRole("button", { name: "Set back to what it held at first" }).click();
  await page.getByText("The role holds what it held at first.").waitFor();
  assert.equal((await theirs.goto("/desk/members")).status(), 403);

  // Two people at once: the second is told, and nothing of it is saved.
  const second = await context.newPage();
  await second.goto("/desk/settings/roles");
  await page.goto("/desk/settings/roles");
  await page.getByRole("checkbox", { name: "Author: Read the audit log" }).check();
  await page.getByRole("button", { name: "Save roles" }).click();
  await page.getByText("Saved.").first().waitFor();
  await second.getByRole("checkbox", { name: "Analyst: Read the audit log" }).check();
  await second.getByRole("button", { name: "Save roles" }).click();
  await second.getByText("Somebody else changed the roles").waitFor();
  assert.ok(!(await second.getByRole("checkbox", { name: "Analyst: Read the audit log" }).isChecked()));
  await accessible(second, "roles that somebody else changed");
  await second.close();

  // What was done stands in the log.
  await tabs.getByRole("link", { name: "Audit log" }).click();
  await page.getByRole("heading", { level: 1, name: "Audit log" }).waitFor();
  await page.getByText(/^Gave Vera the role Moderator in /).first().waitFor();
  await page.getByText("The role Volunteer was given permissions").waitFor();
  await accessible(page, "Settings, Audit log");
  await page.getByLabel("Words").fill("moderator");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.waitForURL(/q=moderator/);
  assert.equal(await page.getByText("The role Volunteer was given permissions").count(), 0);
  await page.getByRole("link", { name: "Check the chain" }).click();
  await page.getByText(/The chain holds over all/).waitFor();

  // By keys alone: a role of one's own, and its removal.
  await page.goto("/desk/settings/roles");
  await page.getByLabel("Title").focus();
  await page.keyboard.type("Event host");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Runs the meetings.");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Event host" }).waitFor();
  const first = page.getByRole("checkbox").first();
  await first.focus();
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Save roles" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("Saved.").first().waitFor();
  assert.ok(await page.getByRole("checkbox").first().isChecked());
  await page.getByRole("button", { name: "Remove role" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("The role is removed.").waitFor();

  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 800 });
    for (const path of ["accounts", "roles", "roles/moderator", "audit"]) {
      await page.goto(`/desk/settings/${path}`);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${path} is wider than ${width} pixels by ${over}`);
      await accessible(page, `Settings, ${path}, at ${width}`);
    }
  }
  await other.close();
});
