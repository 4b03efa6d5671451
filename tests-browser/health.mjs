// The figures of the Health page: the table behind each chart says what `folkmoot metric --json` says.

import { accessible, assert, journey, metric, signIn, tableValues, tabTo } from "./lib.mjs";

/** Series whose table has one row per point: the start, then the value. */
const SERIES = [
  ["active_members", { interval: "week" }],
  ["messages", { interval: "month" }],
  ["conversations", { interval: "month" }],
  ["members", { interval: "month" }],
  ["joins", { interval: "month" }],
  ["leaves", { interval: "month" }],
  ["net_growth", { interval: "month" }],
  ["answered_rate", { interval: "month" }],
  ["newcomers_answered", { interval: "month" }],
];

await journey("health", async ({ page, product, context }) => {
  await signIn({ page, product });
  await page.goto("/desk/health");
  await page.getByRole("heading", { level: 1, name: /health/i }).waitFor();
  await page.getByText(/as of/i).first().waitFor();
  // What is further down loads when it comes into view.
  for (const section of await page.locator("main section").all()) await section.scrollIntoViewIfNeeded();
  await page.waitForFunction(() => {
    const waiting = document.querySelector("[data-fragment]");
    waiting?.scrollIntoView();
    return waiting === null;
  });
  const charts = page.locator("main svg[role=img], main figure svg");
  assert.ok((await charts.count()) >= 6, "the page has charts");
  assert.equal(await page.getByText(/no data|nothing yet/i).count(), 0, "no chart of the demo is empty");
  await accessible(page, "the Health page");

  for (const [id, parameters] of SERIES) {
    const address = `/desk/health/${id}?${new URLSearchParams(parameters)}`;
    await page.goto(address);
    assert.equal(new URL(page.url()).search, `?${new URLSearchParams(parameters)}`, "filters stay in the address");
    const said = await metric(product, id, parameters);
    await page.getByText(said.definition.slice(0, 40), { exact: false }).first().waitFor();
    const rows = await tableValues(page.locator("main table").first());
    const points = said.points;
    assert.equal(rows.length, points.length, `${id}: as many rows as points`);
    // Newest or oldest first, the page decides.
    const first = rows[0][1] === points[0].value || rows.length === 1;
    const ordered = first ? rows : [...rows].reverse();
    for (const [index, point] of points.entries()) {
      const shown = ordered[index].slice(1).filter((v) => typeof v === "number" || v === null);
      const near = shown.some((v) => same(v, point.value));
      assert.ok(near, `${id} ${point.start}: the table shows ${JSON.stringify(ordered[index])}, not ${point.value}`);
    }
  }

  await page.goto("/desk/health/retention?interval=month&mode=exact");
  const heat = page.locator("main table").first();
  await heat.waitFor();
  const retention = await metric(product, "retention", { interval: "month", mode: "exact" });
  const cells = (await tableValues(heat)).flat().filter((v) => typeof v === "number");
  for (const cohort of retention.cohorts) assert.ok(cells.includes(cohort.size), `cohort of ${cohort.start}`);
  await accessible(page, "the retention page");

  await page.goto("/desk/health/active_members?interval=week");
  const link = page.getByRole("link", { name: /csv/i }).first();
  const csv = await context.request.get(new URL(await link.getAttribute("href"), page.url()).href);
  assert.equal(csv.status(), 200);
  const lines = (await csv.text()).trim().split(/\r?\n/);
  const weekly = await metric(product, "active_members", { interval: "week" });
  assert.equal(lines.length, weekly.points.length + 1, "a header and a line per point");
  await page.getByRole("link", { name: /show rows/i }).first().click();
  await page.locator("main table tbody tr").first().waitFor();

  await split({ page, product });
  await comparison({ page, product });
  await annotations({ page });
  await report({ page });
  await keys({ page });
});

/** With keys alone: a filter is left and the focus stays, then chosen; from a chart to the rows behind it. */
async function keys({ page }) {
  await page.goto("/desk/health");
  const period = (e) => e.matches(".filters summary") && e.textContent.includes("Period");
  await tabTo(page, period);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
  assert.ok(await page.evaluate(`(${period})(document.activeElement)`), "a menu that is left gives the focus back");
  await page.keyboard.press("Enter");
  await tabTo(page, (e) => e.matches(".filters a") && e.textContent.includes("12 months"));
  await page.keyboard.press("Enter");
  await page.waitForURL(/period=12m/);
  await tabTo(page, (e) => e.closest("article") && e.textContent.trim() === "Show rows");
  await page.keyboard.press("Enter");
  await page.locator("main table tbody tr").first().waitFor();
}

/** The chip of a filter, opened, and one of its choices. */
async function choose(page, filter, choice) {
  await page.locator("main .filters summary", { hasText: filter }).first().click();
  await page.locator("main .filters .menu-box[open]").getByRole("link", { name: choice }).click();
}

/** A split stands in the address, has a line for each part, and a column each in the table. */
async function split({ page, product }) {
  await page.goto("/desk/health/messages?interval=month");
  await choose(page, "Split", "Largest channels");
  await page.waitForURL(/split=channel/);
  const said = await metric(product, "messages", { interval: "month", split: "channel" });
  const labels = said.parts.map((part) => part.label);
  const heads = await page.locator("main table[data-part=points]").first().locator("thead th").allTextContents();
  assert.deepEqual(heads.slice(2, -1), labels, "a column for each part");
  const rows = await tableValues(page.locator("main table[data-part=points]").first());
  for (const [index, point] of said.points.entries()) {
    const values = said.parts.map((part) => part.points.find((p) => p.start === point.start)?.value ?? null);
    assert.deepEqual(rows[index].slice(1, 2 + values.length), [point.value, ...values], point.start);
    const sum = values.reduce((all, value) => all + (value ?? 0), 0);
    assert.equal(sum, point.value, "channels and the others add up");
  }
  const ends = await page.locator("main article .plot text.end").count();
  assert.ok(ends >= labels.length - 1, "names stand at the end of the layers");
  await accessible(page, "a split figure");
}

/** Earlier days are drawn and said, with a verdict in words. */
async function comparison({ page, product }) {
  await page.goto("/desk/health/active_members?period=12w&interval=week");
  await choose(page, "Against", "Period before");
  await page.waitForURL(/compare=previous/);
  assert.ok(await page.locator("main article .ln.was").count(), "the earlier days are drawn");
  const line = page.locator("main article .change");
  assert.match(await line.textContent(), /clear change|no clear change|too little/i);
  const heads = await page.locator("main table[data-part=points] thead th").allTextContents();
  assert.ok(heads.includes("Before"), "the table has the earlier figures");
  const from = (await page.locator("main .code").first().textContent()).match(/--from (\S+)/)[1];
  const to = (await page.locator("main .code").first().textContent()).match(/--to (\S+)/)[1];
  const said = await metric(product, "active_members", { interval: "week", from, to, compare: "previous" });
  const words = { clear: /^Clear change/, "no clear change": /^No clear change/, "not said": /^Too little/ };
  const verdict = await line.locator(".change-verdict > b").textContent();
  assert.match(verdict, words[said.comparison.change.verdict]);
  await accessible(page, "a compared figure");
}

/** A note is written by the form under a chart, stands on the chart, is changed and removed. */
async function annotations({ page }) {
  await page.goto("/desk/health/messages?period=12w&interval=week");
  await page.locator("#notes summary", { hasText: "Add note" }).click();
  await page.getByLabel("What happened").fill("A made-up release");
  await page.locator("#notes").getByRole("button", { name: "Add note" }).click();
  await page.waitForURL(/period=12w&interval=week#notes/);
  await page.locator("main article .plot line.note").first().waitFor({ state: "attached" });
  await page.locator("#notes li", { hasText: "A made-up release" }).getByRole("link", { name: /edit/i }).click();
  await page.getByLabel("What happened").fill("Another release");
  await accessible(page, "the form of a note");
  await page.getByRole("button", { name: "Save note" }).click();
  await page.waitForURL(/#notes/);
  await page.locator("#notes li", { hasText: "Another release" }).getByRole("link", { name: /edit/i }).click();
  await page.getByRole("button", { name: "Remove note" }).click();
  await page.waitForURL(/#notes/);
  assert.equal(await page.locator("#notes li", { hasText: "Another release" }).count(), 0);
}

/** Five sentences, each with its figure, on two sheets of A4. */
async function report({ page }) {
  await page.goto("/desk/health?period=12w&staff=exclude");
  await page.getByRole("link", { name: "Print report" }).click();
  await page.waitForURL(/report\?.*staff=exclude/);
  const sentences = page.locator(".told > li > a");
  assert.equal(await sentences.count(), 5);
  for (const href of await sentences.evaluateAll((links) => links.map((link) => link.getAttribute("href")))) {
    assert.match(href, /staff=exclude/, "the sentence keeps the filters");
    const answer = await page.request.get(href);
    assert.equal(answer.status(), 200, href);
  }
  await accessible(page, "the report");
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  assert.equal(pdf.match(/\/Type\s*\/Page[^s]/g)?.length, 2, "two sheets");
  await sentences.first().click();
  await page.getByText("About this figure").waitFor();
}

/** Equal, but for the last digits of a share. */
function same(shown, value) {
  if (shown === null || value === null) return shown === value;
  return shown === value || (!Number.isInteger(value) && Math.abs(shown - value) <= 1e-9);
}
