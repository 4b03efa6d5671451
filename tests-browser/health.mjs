// The figures of the Health page: the table behind each chart says what `folkmoot metric --json` says.

import { accessible, assert, journey, metric, signIn, tableValues } from "./lib.mjs";

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
});

/** Equal, but for the last digits of a share. */
function same(shown, value) {
  if (shown === null || value === null) return shown === value;
  return shown === value || (!Number.isInteger(value) && Math.abs(shown - value) <= 1e-9);
}
