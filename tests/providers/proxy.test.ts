import { createServer as createHttpServer, type Server } from "node:http";
import { createServer, type Server as TlsServer } from "node:https";
import { connect, type AddressInfo } from "node:net";
import tls from "node:tls";

import { generate } from "selfsigned";

import { resolveConfiguration } from "../../providers/session/configuration";
import { Credentials } from "../../providers/session/credentials";
import { Http, type Request } from "../../providers/http/http";
import { Patience } from "../../providers/http/patience";
import { proxyFor } from "../../providers/http/proxy";
import {
  errorOf,
  seen,
  startScriptedVendor,
  type ScriptedVendor,
} from "./scripted-vendor";

// Kind: what stands between us and a vendor, a proxy or a company's TLS inspection, is passed or named, and never tried again.

let vendor: ScriptedVendor;
let proxy: Server;
/** `host:port` of each tunnel that was asked for. */
let asked: string[] = [];
/** What the proxy answers to who knows the password. */
let status = 200;
/** Whether a tunnel is asked for with the password, by whomever. */
const isAuthorized = (header = "") =>
  Buffer.from(header.replace("Basic ", ""), "base64")
    .toString()
    .endsWith(":p@ss");
const variables = ["HTTPS_PROXY", "NO_PROXY", "https_proxy", "no_proxy"];
const before = variables.map((name) => [name, process.env[name]] as const);

beforeAll(async () => {
  vendor = await startScriptedVendor("https");
  proxy = createHttpServer().on("connect", (request, client, head) => {
    asked.push(request.url ?? "");
    const refusal = isAuthorized(request.headers["proxy-authorization"])
      ? status
      : 407;
    client.on("error", () => undefined);
    if (refusal !== 200)
      return void client.end(`HTTP/1.1 ${refusal} No\r\n\r\n<html>`);
    const port = Number(request.url?.split(":")[1]);
    const server = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      server.write(head);
      server.pipe(client);
      client.pipe(server);
    });
    server.on("error", () => client.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
});
beforeEach(() => {
  asked = [];
  status = 200;
  for (const name of variables) delete process.env[name];
  process.env["HTTPS_PROXY"] = `http://jane:p%40ss@${proxyHost()}`;
});
afterAll(() => {
  for (const [name, value] of before)
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  vendor.close();
  proxy.closeAllConnections();
  proxy.close();
});

const proxyHost = () => `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
/** A host that is not loopback by its name; the proxy finds it on this machine. */
const outside = () => vendor.url.replace("127.0.0.1", "eur01.localhost");
const get = (url: string): Request => ({
  method: "GET",
  url,
  headers: {},
  repeatable: true,
});
const send = (url: string) =>
  new Http("Vendor", 2000, () => undefined).send(
    get(url),
    (answer) => answer,
    new Patience(3000),
  );

test("A request goes through the proxy that HTTPS_PROXY names, with its user and password", async () => {
  vendor.answers({ body: "fine" });
  expect((await send(`${outside()}/x`)).text).toBe("fine");
  expect(asked).toEqual([new URL(outside()).host]);
  expect(vendor.arrived[0]?.headers).not.toHaveProperty("proxy-authorization");
});

test("Requests to a loopback host or a host in NO_PROXY do not use the proxy", async () => {
  vendor.answers({ body: "fine" });
  await send(`${vendor.url}/x`);
  expect(asked).toEqual([]);
  process.env["NO_PROXY"] = "example.com,.localhost";
  expect(await proxyFor(new URL(outside()))).toBeUndefined();
});

test.each([407, 403, 502])(
  "A proxy that answers %p is named once in the error, without its password",
  async (refusal) => {
    status = refusal;
    vendor.answers();
    // Another user: tunnels of the one before are kept.
    process.env["HTTPS_PROXY"] = `http://u${refusal}:p%40ss@${proxyHost()}`;
    expect(seen(await errorOf(send(`${outside()}/x`)))).toMatchObject({
      fault: "blocked",
      message: expect.stringMatching(
        new RegExp(
          `^eur01\\.localhost:\\d+ could not be reached through the proxy ${proxyHost()}: .*the proxy answered ${refusal}$`,
        ),
      ) as unknown,
      advice:
        "Check HTTPS_PROXY with its user and password, and NO_PROXY, for hosts that need no proxy.",
    });
    expect(asked).toHaveLength(1);
    expect(vendor.arrived).toEqual([]);
  },
);

describe("A certificate that is not trusted", () => {
  let stranger: TlsServer;
  let connections = 0;
  let requests = 0;

  beforeAll(async () => {
    const made = await generate([{ name: "commonName", value: "inspector" }], {
      algorithm: "sha256",
      extensions: [
        {
          name: "subjectAltName",
          altNames: [{ type: 7, ip: "127.0.0.1" }],
        },
      ],
    });
    stranger = createServer(
      { key: made.private, cert: made.cert },
      (_, response) => {
        requests++;
        response.end("{}");
      },
    ).on("connection", () => connections++);
    await new Promise<void>((resolve) =>
      stranger.listen(0, "127.0.0.1", resolve),
    );
  });
  afterAll(() => {
    stranger.closeAllConnections();
    stranger.close();
  });

  const url = () =>
    `https://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  const unknown = {
    message: expect.stringMatching(
      /the certificate of 127\.0\.0\.1:\d+ is not trusted \(.*self-signed certificate.*\)/,
    ) as unknown,
    advice: expect.stringContaining(
      "set NODE_EXTRA_CA_CERTS to a PEM file with its root certificate before pulumi starts",
    ) as unknown,
  };

  test("ends a request at once, and the message names NODE_EXTRA_CA_CERTS", async () => {
    connections = 0;
    expect(seen(await errorOf(send(url())))).toMatchObject({
      fault: "blocked",
      ...unknown,
    });
    expect([connections, requests]).toEqual([1, 0]);
  });

  test("ends a sign-in at once, and the message names NODE_EXTRA_CA_CERTS", async () => {
    connections = 0;
    const credentials = new Credentials(
      resolveConfiguration(() => undefined, {
        AZURE_AUTHORITY_HOST: url(),
        AZURE_TENANT_ID: "contoso.example",
        AZURE_CLIENT_ID: "an-application",
        AZURE_CLIENT_SECRET: "a-secret",
      }),
      new Http("Microsoft Entra", 2000, () => undefined),
    );
    expect(
      seen(await errorOf(credentials.token("exchange", new Patience(3000)))),
    ).toMatchObject({ fault: "unauthorized", ...unknown });
    expect([connections, requests]).toEqual([1, 0]);
  });
});

// Kind: every error of certificates that Node names ends at once and says what to do.
describe("A certificate", () => {
  test("of an untrusted authority is refused at once", async () => {
    const authority = await generate([{ name: "commonName", value: "ca" }], {
      algorithm: "sha256",
      extensions: [{ name: "basicConstraints", cA: true }],
    });
    const leaf = await generate([{ name: "commonName", value: "leaf" }], {
      algorithm: "sha256",
      ca: { key: authority.private, cert: authority.cert },
      extensions: [
        { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
      ],
    });
    const server = createServer({ key: leaf.private, cert: leaf.cert });
    await new Promise<void>((resolve) =>
      server.listen(0, "127.0.0.1", resolve),
    );
    const { port } = server.address() as AddressInfo;
    const error = await errorOf(send(`https://127.0.0.1:${port}/x`));
    server.close();
    expect((error.cause as NodeJS.ErrnoException).code).toBe(
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    );
    expect(seen(error)).toMatchObject({
      fault: "blocked",
      advice: expect.stringMatching(
        /^If your company inspects TLS, set NODE_EXTRA_CA_CERTS /,
      ) as unknown,
    });
  });

  test("of another host is refused at once, and the base URL is named", async () => {
    vendor.answers({ body: "fine" });
    const url = vendor.url.replace("127.0.0.1", "wrong.example");
    const error = await errorOf(send(url));
    expect((error.cause as NodeJS.ErrnoException).code).toBe(
      "ERR_TLS_CERT_ALTNAME_INVALID",
    );
    expect(error.details.advice).toMatch(
      /^The certificate is for another host: check the base URL in the configuration first\. .*NODE_EXTRA_CA_CERTS/,
    );
    expect([asked.length, vendor.arrived]).toEqual([1, []]);
  });

  test.each(["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"])(
    "that is not valid today is refused at once, and the message names the clock: %s",
    async (code) => {
      // Another port: a connection that is open already is not checked again.
      const other = await startScriptedVendor("https");
      // What Node would say of it: the machine's clock is the same for all tests.
      const certain = jest
        .spyOn(tls, "checkServerIdentity")
        .mockReturnValue(Object.assign(new Error("not valid"), { code }));
      const error = await errorOf(send(other.url)).finally(() =>
        certain.mockRestore(),
      );
      other.close();
      expect(error.fault).toBe("blocked");
      expect(error.details.advice).toMatch(
        /^The certificate is not valid today: check the clock of this machine first\. .*NODE_EXTRA_CA_CERTS/,
      );
    },
  );
});

// Kind: national clouds by the table of authorities of @azure/identity. The proxy shows who is asked, and lets nobody through.
test.each([
  ["https://login.chinacloudapi.cn/", "login.partner.microsoftonline.cn:443"],
  ["https://login.microsoftonline.us", "login.microsoftonline.us:443"],
  ["https://login.microsoftonline.com", "login.microsoftonline.com:443"],
])(
  "A sign-in at %s is sent to the host that Microsoft's library has for it",
  async (authority, host) => {
    status = 403;
    const credentials = new Credentials(
      resolveConfiguration(() => undefined, {
        AZURE_AUTHORITY_HOST: authority,
        AZURE_TENANT_ID: "0d7f6c1e-8a3b-4f4e-9d57-6f7d5b1c2a90",
        AZURE_CLIENT_ID: "6f1f1b9e-52b5-4f6c-9f0a-2b1f0c7d4e11",
        AZURE_CLIENT_SECRET: "a-secret",
      }),
      new Http("Microsoft Entra", 2000, () => undefined),
    );
    const error = await errorOf(
      credentials.token("exchange", new Patience(3000)),
    );
    expect(error.message).toContain("the proxy answered 403");
    expect(new Set(asked)).toEqual(new Set([host]));
  },
);
