import { Account } from "./account";
import type { VendorRequest } from "./answer";
import type { Vendor } from "./vendor";
import { defaultCertificateDirectory, ensureCertificate } from "./certificate";
import { cloudflareRoutes, noRoute } from "./cloudflare/api";
import { RateLimit } from "./cloudflare/rate-limit";
import { controlRoutes } from "./control";
import { differences } from "./diff";
import { entraRoutes } from "./entra";
import { Events } from "./events";
import { exchangeRoutes } from "./exchange/invoke-command";
import { FaultList } from "./faults";
import { graphRoutes, noSegment } from "./graph";
import { json } from "./answer";
import type { LogEntry } from "./log";
import { defaultQuirks, setQuirks, type Quirks } from "./quirks";
import { stateOf, type SimulatorState } from "./seed";
import { listen } from "./server";
import { StateFile, readState } from "./state-file";
import { Mail } from "./mail/mail";
import { Tenant } from "./tenant";
import { TokenIssuer } from "./token";
import type { World } from "./world";
import type { Simulator, SimulatorOptions } from "./simulator";

export type { Account, AccountState, EmailDomain } from "./account";
export { ensureCertificate, type Certificate } from "./certificate";
export { differences } from "./diff";
export type { ExchangeRecord } from "./exchange-record";
export type { Fault, FaultList, FaultMatch, FaultyRequest } from "./faults";
export type { LogEntry } from "./log";
export type { Mail } from "./mail/mail";
export type { Message } from "./mail/message";
export type { Delivery, Outcome, Step } from "./mail/trace";
export type { Quirks } from "./quirks";
export type { AccountSeed } from "./account-seed";
export type { Seed, SimulatorState } from "./seed";
export { readState } from "./state-file";
export type { SeedObject, TenantSeed } from "./tenant-seed";
export type { ExchangeKind, Tenant } from "./tenant";
export { compare, readTranscript } from "./transcript";
export type { Application, TenantState } from "./tenant-state";
export type { Simulator, SimulatorOptions } from "./simulator";

/**
 * Starts Entra, Exchange Online, Microsoft Graph and Cloudflare on one loopback port.
 * @throws Error when the port is taken, or the seed or the state file is not valid.
 */
export async function startSimulator(
  options: SimulatorOptions = {},
): Promise<Simulator> {
  const quirks: Quirks = structuredClone(defaultQuirks);
  setQuirks(quirks, {
    ...options.seed?.quirks,
    ...(options.latencyMs === undefined
      ? {}
      : { latencyMs: options.latencyMs }),
    ...options.quirks,
  });
  const seeded = stateOf(options.seed ?? {});
  const kept =
    options.stateFile === undefined
      ? undefined
      : await readState(options.stateFile);
  const certificate = await ensureCertificate(
    options.certificateDirectory ?? (await defaultCertificateDirectory()),
  );
  const tenants = new Map<string, Tenant>();
  const accounts = new Map<string, Account>();
  const log: LogEntry[] = [];
  const faults = new FaultList();
  const seedFaults = (): void => {
    for (const fault of options.seed?.faults ?? []) faults.add(fault);
  };
  seedFaults();
  const limit = new RateLimit();
  const events = new Events();
  const mail = new Mail({
    tenants,
    accounts,
    quirks,
    now: options.now ?? Date.now,
    written: () => save(),
  });
  let begun = kept ?? seeded;
  const restore = (state: SimulatorState): void => {
    refill(tenants, state.tenants, (one) => new Tenant(one));
    refill(accounts, state.accounts, (one) => new Account(one));
    mail.restore(state.mail);
  };
  restore(begun);
  const snapshot = (): SimulatorState => ({
    version: 1,
    tenants: [...tenants.values()].map((tenant) => tenant.snapshot()),
    accounts: [...accounts.values()].map((account) => account.snapshot()),
    mail: mail.snapshot(),
  });
  const stateFile =
    options.stateFile === undefined
      ? undefined
      : new StateFile(options.stateFile, snapshot);
  const save = (): void => void stateFile?.save().catch(complain);

  const listener = await listen({
    port: options.port ?? 0,
    certificate,
    quirks,
    log,
    faults,
    written: save,
    answered: (entry) => events.tell("request", entry),
    unrouted,
    routes: (url) => {
      const world: World = {
        url,
        tenants,
        accounts,
        quirks,
        faults,
        mail,
        tokens: new TokenIssuer(),
      };
      return [
        ...entraRoutes(world),
        ...exchangeRoutes(world),
        ...graphRoutes(world),
        ...cloudflareRoutes(world, limit),
        ...controlRoutes(() => simulator),
      ];
    },
  });
  let closed: Promise<void> | undefined;
  const simulator: Simulator = {
    url: listener.url,
    get environment() {
      return environmentOf(simulator, certificate.certFile);
    },
    get tenant() {
      return first(tenants);
    },
    get account() {
      return first(accounts);
    },
    tenants,
    accounts,
    quirks,
    log,
    faults,
    mail,
    events,
    snapshot,
    diff: (before = begun, after = snapshot()) => differences(before, after),
    restore(state) {
      restore(state);
      save();
    },
    reset() {
      restore(seeded);
      begun = seeded;
      log.length = 0;
      faults.clear();
      seedFaults();
      limit.reset();
      save();
    },
    close() {
      closed ??= listener.close().then(() => stateFile?.save());
      return closed;
    },
  };
  return simulator;
}

function environmentOf(
  simulator: Simulator,
  certFile: string,
): Record<string, string> {
  const application = simulator.tenant.applications[0];
  const [secret] = application?.clientSecrets ?? [];
  const [token] = simulator.account.tokens;
  return {
    AZURE_TENANT_ID: simulator.tenant.id,
    ...(application ? { AZURE_CLIENT_ID: application.clientId } : {}),
    ...(secret === undefined ? {} : { AZURE_CLIENT_SECRET: secret }),
    AZURE_AUTHORITY_HOST: simulator.url,
    AREA1_EXCHANGE_BASE_URL: simulator.url,
    AREA1_GRAPH_BASE_URL: simulator.url,
    CLOUDFLARE_ACCOUNT_ID: simulator.account.id,
    ...(token ? { CLOUDFLARE_API_TOKEN: token.value } : {}),
    CLOUDFLARE_BASE_URL: `${simulator.url}/client/v4`,
    NODE_EXTRA_CA_CERTS: certFile,
  };
}

function unrouted(vendor: Vendor, request: VendorRequest) {
  if (vendor === "cloudflare") return noRoute(request);
  if (vendor === "graph") return noSegment(request);
  request.entry.refused = "no such path";
  return json(404, { error: { code: "NotFound", message: "Not found" } });
}

/** Fills a map with states. An object with the same id is kept, so that references to it stay valid. */
function refill<
  S extends { id: string },
  T extends { restore(state: S): void },
>(map: Map<string, T>, states: S[], make: (state: S) => T): void {
  const before = new Map(map);
  map.clear();
  for (const state of states) {
    const kept = before.get(state.id);
    kept?.restore(state);
    map.set(state.id, kept ?? make(state));
  }
}

function first<T>(map: ReadonlyMap<string, T>): T {
  const [value] = map.values();
  if (value === undefined) throw new Error("The simulator holds none");
  return value;
}

function complain(error: unknown): void {
  process.stderr.write(
    `The state could not be saved: ${(error as Error).message}\n`,
  );
}
