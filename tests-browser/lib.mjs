// What the browser journeys share: the product in demo mode, a browser, signing in, and what is wrong with a page.

import { spawn, execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import assert from "node:assert/strict";

const require = createRequire(import.meta.url);
const run = promisify(execFile);

const BINARY = process.env.FOLKMOOT_BIN;
const CHROMIUM = process.env.FOLKMOOT_CHROMIUM ?? "/usr/bin/chromium";
/** How long a page or the demo may take before a journey gives up; not a measurement. */
const PATIENCE = 120_000;

/** Runs a journey: starts the product and a browser, and stops both whatever happens. */
export async function journey(name, steps) {
  assert.ok(BINARY, "FOLKMOOT_BIN must name the binary; `cargo xtask test` sets it");
  const product = await startDemo();
  let browser;
  try {
    const { chromium } = await import("playwright-core");
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
      ],
    });
    const context = await browser.newContext({ baseURL: product.address, viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const problems = watch(page);
    await steps({ product, page, context, problems });
    assert.deepEqual(problems, [], "the browser reported errors");
    console.log(`   ${name}: passed`);
  } catch (error) {
    console.error(`   ${name}: ${error.stack ?? error}`);
    console.error(product.said().slice(-2_000));
    process.exitCode = 1;
  } finally {
    await browser?.close().catch(() => {});
    await product.stop();
  }
}

/** Starts `folkmoot demo` on a free port; reads its address and the one-time sign-in link. */
async function startDemo() {
  // The demo keeps its data in the temporary folder: it gets one of its own, so that it can be found in there.
  const scratch = await mkdtemp(join(tmpdir(), "folkmoot-j-"));
  const child = spawn(BINARY, ["demo", "--port", "0"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TMPDIR: scratch },
  });
  let said = "";
  let ended = false;
  child.on("exit", () => (ended = true));
  child.stderr.on("data", (bytes) => (said += bytes));
  const stop = async () => {
    if (!ended) {
      const over = new Promise((done) => child.once("exit", done));
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await over;
      clearTimeout(late);
    }
    await rm(scratch, { recursive: true, force: true });
  };
  const found = new Promise((found, failed) => {
    const late = setTimeout(() => failed(new Error(`the demo printed no sign-in link:\n${said}`)), PATIENCE);
    child.once("exit", (code) => failed(new Error(`the demo ended with ${code}:\n${said}`)));
    child.once("error", failed);
    createInterface({ input: child.stdout }).on("line", (line) => {
      said += `${line}\n`;
      const link = line.match(/https?:\/\/\S+\/signin\S+/)?.[0];
      if (link) {
        clearTimeout(late);
        found(new URL(link));
      }
    });
  });
  try {
    const link = await found;
    const data = join(scratch, (await readdir(scratch)).find((name) => name.startsWith("folkmoot-demo-")));
    return { data, link: link.href, address: link.origin, said: () => said, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Collects what a browser complains about: errors, policy violations, failed requests of our own. */
function watch(page) {
  const problems = [];
  page.on("pageerror", (error) => problems.push(`script: ${error.message}`));
  page.on("console", (message) => {
    // A violated content security policy is a console error, too.
    // A refused form or a missing page answers 4xx on purpose; what the browser says of that is no fault.
    const refused = /^Failed to load resource: .* status of 4\d\d/.test(message.text());
    if (message.type() === "error" && !refused) problems.push(`console: ${message.text()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 500) problems.push(`${response.status()} ${response.url()}`);
  });
  return problems;
}

/** Signs in with the one-time link and sets a password where one is asked for. */
export async function signIn({ page, product }) {
  await page.goto(product.link);
  const password = page.getByLabel(/password/i).first();
  if (await password.isVisible().catch(() => false)) {
    await fillAccount(page);
  }
  // A link may ask for a click, so that a mail program that looks at it does not use it up.
  const button = page.getByRole("button", { name: /sign in|continue/i });
  if (page.url().includes("/signin") && (await button.count())) await button.first().click();
  await page.waitForURL(/\/desk/);
}

export const ACCOUNT = { email: "ana@example.org", password: "a long enough passphrase" };

/** Fills in whatever the first-run form asks for. */
export async function fillAccount(page) {
  const email = page.getByLabel(/e-?mail/i);
  if ((await email.count()) && (await email.first().isEditable())) await email.first().fill(ACCOUNT.email);
  const name = page.getByLabel(/^(your )?name/i);
  if (await name.count()) await name.first().fill("Ana");
  for (const field of await page.locator("input[type=password]").all()) await field.fill(ACCOUNT.password);
  await page.getByRole("button", { name: /set|save|sign in|continue|create/i }).first().click();
}

/** Fails when axe finds anything on the page, in both themes. */
export async function accessible(page, where) {
  const source = require.resolve("axe-core/axe.min.js");
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // Colours on their way from one theme to the other are nobody's choice.
    await page.waitForFunction(() => document.getAnimations().every((a) => a.playState !== "running"));
    // Injected through the debugger, so that the page's own policy stays as strict as it is.
    const script = await readFile(source, "utf8");
    await page.evaluate(script);
    const result = await page.evaluate(() =>
      globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }),
    );
    const found = result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
    assert.deepEqual(found, [], `axe on ${where}, ${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

/** Presses Tab until what has the focus fits; every stop on the way can be seen to have it. */
export async function tabTo(page, fits) {
  for (let i = 0; i < 200; i += 1) {
    await page.keyboard.press("Tab");
    const unseen = await page.evaluate(() => {
      const here = document.activeElement;
      if (here === document.body) return "";
      const marked = (element) => {
        if (!element) return false;
        const style = getComputedStyle(element);
        return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
      };
      const box = here.getBoundingClientRect();
      const seen = box.width > 0 && box.height > 0 && [here, here.parentElement, here.closest("label")].some(marked);
      return seen ? "" : here.outerHTML.slice(0, 200);
    });
    assert.equal(unseen, "", "what has the focus can be seen");
    if (await page.evaluate(`(${fits})(document.activeElement)`)) return;
  }
  assert.fail(`Tab never reaches ${fits}`);
}

/** What `folkmoot metric` prints for the same question as an address. */
export async function metric(product, id, parameters = {}) {
  const options = Object.entries(parameters).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { stdout } = await run(BINARY, ["metric", id, ...options, "--json", "--data", product.data], {
    maxBuffer: 64 << 20,
  });
  return JSON.parse(stdout);
}

/** A table as rows of trimmed texts; the first column is the row's name. */
export async function tableRows(table) {
  return table.locator("tbody tr").evaluateAll((rows) =>
    rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim().replace(/\s+/g, " "))),
  );
}

/**
 * The numbers of a table's cells, as they were computed: the value of a `<data>` element where a cell has one, else its
 * text read as a number ("1,234", "61 %" as 0.61, "–" as null).
 */
export async function tableValues(table) {
  return table.locator("tbody tr").evaluateAll((rows) =>
    rows.map((row) =>
      [...row.cells].map((cell) => {
        const exact = cell.querySelector("data")?.value;
        const text = (exact ?? cell.textContent).trim().replace(/[,\u2009\u202f\u00a0]/g, "");
        if (text === "" || text === "–") return null;
        const number = Number(text.replace(/[\s%]/g, ""));
        if (Number.isNaN(number)) return text;
        return exact === undefined && text.includes("%") ? number / 100 : number;
      }),
    ),
  );
}

export { assert };
