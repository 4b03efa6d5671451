// Signing in through a provider that others wrote (npm oidc-provider), on this machine: an account is made at the first
// sign-in, its groups give it a role, and the second sign-in finds it again.

import { createServer } from "node:http";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { accessible, assert, journey, signIn } from "./lib.mjs";

// The demo asks a provider on this machine; whoever runs a server has to allow that.
process.env.FOLKMOOT_OUTGOING_NETWORKS = "127.0.0.1";
process.env.FOLKMOOT_OUTGOING_HTTP = "true";

const run = promisify(execFile);
const SECRET = "a secret of tests";
const PERSON = { sub: "person-7", name: "Bo Lind", email: "bo@example.org", email_verified: true, groups: ["team"] };

/** A server on a free port, whose address is the issuer. */
async function listen() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { server, issuer: `http://127.0.0.1:${server.address().port}` };
}

/** The provider behind the server. It asks nobody: whoever comes is the person above. */
async function provide({ server, issuer }, callback) {
  const { default: Provider } = await import("oidc-provider");
  const oidc = new Provider(issuer, {
    clients: [{ client_id: "desk", client_secret: SECRET, redirect_uris: [callback] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
    scopes: ["openid", "email", "profile", "groups"],
    cookies: { keys: ["keys of tests"] },
    features: { devInteractions: { enabled: false } },
    findAccount: () => ({ accountId: PERSON.sub, claims: async () => PERSON }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  });
  const handle = oidc.callback();
  server.on("request", async (request, response) => {
    if (!request.url.startsWith("/interaction/")) return handle(request, response);
    const { prompt, params, session } = await oidc.interactionDetails(request, response);
    if (prompt.name === "login") {
      return oidc.interactionFinished(request, response, { login: { accountId: PERSON.sub } });
    }
    const grant = new oidc.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope("openid email profile groups");
    return oidc.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
  });
}

await journey("sso", async ({ page, context, product }) => {
  await signIn({ page, product });
  const other = await listen();
  try {
    const bin = process.env.FOLKMOOT_BIN;
    const folkmoot = async (...words) => {
      const { stdout } = await run(bin, ["sso", ...words, "--json", "--data", product.data], {
        env: { ...process.env, FOLKMOOT_CLIENT_SECRET: words[0] === "add" ? SECRET : "" },
      });
      return JSON.parse(stdout);
    };
    const made = await folkmoot(
      ...["add", "Main", "--issuer", other.issuer, "--client-id", "desk", "--scopes", "openid email profile groups"],
      ...["--group-claim", "groups", "--group", "team=manager", "--make-accounts", "--domain", "example.org"],
    );
    assert.ok(!JSON.stringify(made).includes(SECRET), "a secret is never printed");
    await provide(other, made.callback);
    const tested = await folkmoot("test", "Main");
    assert.ok(tested.keys > 0);

    for (const round of ["first", "second"]) {
      await context.clearCookies();
      await page.goto("/signin?next=/desk/health");
      if (round === "first") await accessible(page, "the sign-in page with a provider");
      await page.getByRole("link", { name: "Sign in with Main" }).click();
      await page.waitForURL(/\/desk\/health/);
      await page.goto("/desk/settings/account");
      await page.getByText("bo@example.org").filter({ visible: true }).first().waitFor();
    }
    // A way back that another browser began.
    const answer = await page.goto(`${made.callback}?code=x&state=y`);
    assert.equal(answer.status(), 409);
  } finally {
    other.server.closeAllConnections();
    other.server.close();
  }
});
