// Bringing a history in through the browser: upload, progress, history, undo.

import { deflateRawSync } from "node:zlib";
import { accessible, assert, journey, metric, signIn, tabTo } from "./lib.mjs";

await journey("sources", async ({ page, product }) => {
  await signIn({ page, product });
  await page.goto("/desk/sources");
  await page.getByRole("heading", { level: 1, name: "Sources" }).waitFor();
  await accessible(page, "the Sources page");
  const before = await metric(product, "log_summary");

  await page.getByRole("main").getByRole("link", { name: "Import", exact: true }).click();
  await page.getByRole("radio", { name: /slack export/i }).check();
  await page.getByLabel(/source name/i).fill("Made-up workspace");
  await accessible(page, "the import form");
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await page.getByText(/choose|no file|at least one/i).first().waitFor();

  await page.getByRole("radio", { name: /slack export/i }).check();
  await page.getByLabel(/source name/i).fill("Made-up workspace");
  await page.locator("input[type=file]").first().setInputFiles({
    name: "made-up-export.zip",
    mimeType: "application/zip",
    buffer: slackExport(),
  });
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await page.waitForURL(/imports\/imp_/);
  await page.getByText("Done", { exact: true }).first().waitFor({ timeout: 60_000 });
  await accessible(page, "a finished import");
  const done = page.url();

  await page.goto("/desk/sources");
  await page.getByText("Made-up workspace").first().waitFor();
  const after = await metric(product, "log_summary");
  assert.equal(after.summary.rows, before.summary.rows + 6, "a join and five messages came in");
  assert.equal(after.summary.active_members, before.summary.active_members + 2);
  await page.getByRole("link", { name: "Made-up workspace" }).first().click();
  await page.getByText("Data quality").waitFor();
  await accessible(page, "the page of a source");

  await page.goto(done);
  await page.getByRole("link", { name: /undo/i }).first().click();
  await page.getByRole("button", { name: /take back/i }).click();
  await page.getByText(/taken back/i).first().waitFor({ timeout: 60_000 });
  const again = await metric(product, "log_summary");
  assert.deepEqual(again.summary, before.summary, "as if it had never been");

  // By keys alone: to the form, through it, and what is missing is said.
  await page.goto("/desk/sources");
  await tabTo(page, (e) => e.closest("main") && e.textContent.trim() === "Import");
  await page.keyboard.press("Enter");
  await page.waitForURL(/sources\/import/);
  await tabTo(page, (e) => e.type === "radio");
  await page.keyboard.press("Space");
  await tabTo(page, (e) => e.type === "file");
  await tabTo(page, (e) => e.matches("button") && e.textContent.trim() === "Import");
  await page.keyboard.press("Enter");
  await page.getByText(/choose|no file|at least one/i).first().waitFor();
});

/** A workspace of two people: a join, three messages, a thread of two. */
function slackExport() {
  const start = 1_780_300_800;
  const message = (seconds, user, text, more = {}) => {
    const ts = `${start + seconds}.000100`;
    return { type: "message", user, text, ts, ...more };
  };
  const root = `${start + 60}.000100`;
  const users = [
    { id: "U0ANA", name: "ana", profile: { real_name: "Ana Made-Up", email: "ana@made-up.example" } },
    { id: "U0BEN", name: "ben", profile: { real_name: "Ben Made-Up", email: "ben@made-up.example" } },
  ];
  const day = [
    message(0, "U0BEN", "<@U0BEN> has joined the channel", { subtype: "channel_join" }),
    message(60, "U0ANA", "Who can help with the *chuck*?", { thread_ts: root, reply_count: 2 }),
    message(120, "U0BEN", "I can. What does it do, <@U0ANA>?", { thread_ts: root }),
    message(300, "U0ANA", "It slips.", { thread_ts: root }),
    message(900, "U0BEN", "New day, new shavings."),
    message(1_000, "U0ANA", "Lunch?"),
  ];
  return zip({
    "users.json": users,
    "channels.json": [{ id: "C0GENERAL", name: "general", created: start, members: ["U0ANA", "U0BEN"] }],
    "general/2026-06-01.json": day,
  });
}

/** A zip archive of JSON files, written by hand so that nothing more has to be installed. */
function zip(files) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const [path, value] of Object.entries(files)) {
    const name = Buffer.from(path);
    const data = Buffer.from(JSON.stringify(value));
    const packed = deflateRawSync(data);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt16LE(0x21, 8);
    fields.writeUInt32LE(crc32(data), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(data.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), fields, name, packed]);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), fields, entry, name);
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

function crc32(data) {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}
