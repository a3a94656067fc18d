import { VendorError } from "../errors";
import { SharedPatience, type Patience } from "../http/patience";

/** A domain as Cloudflare returns it; every field may be missing (documented). */
export type Domain = Readonly<Record<string, unknown>>;

/** Maximum number of domains in a batch (documented). */
const largestBatch = 1000;

/** The requests that create domains in Cloudflare. */
export interface Sender {
  one(domain: Domain, patience: Patience): Promise<void>;
  /** @returns the domains that the response reports as created. */
  several(
    domains: readonly Domain[],
    patience: Patience,
  ): Promise<readonly Domain[]>;
}

interface Creation {
  readonly domain: Domain;
  readonly patience: Patience;
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Creates domains of one account in batches. Domains that are requested at the same time, or while a request is in progress, are sent
 * together in the next request. Whether a batch is all or nothing is not documented, so nothing is concluded from a failed batch: each
 * of its domains is sent again alone, to get its own error. If the batch may have been carried out, all its creations fail as
 * uncertain, so that each domain is looked up first. After a failed batch, all domains are sent alone.
 */
export class Creations {
  private waiting: Creation[] = [];
  private isRunning = false;
  private takesBatches = true;

  constructor(private readonly sender: Sender) {}

  create(domain: Domain, patience: Patience): Promise<void> {
    if (!this.takesBatches) return this.sender.one(domain, patience);
    return new Promise((done, fail) => {
      this.waiting.push({ domain, patience, done, fail });
      if (this.isRunning) return;
      this.isRunning = true;
      setImmediate(() => void this.run());
    });
  }

  private async run(): Promise<void> {
    for (let next; (next = this.waiting.splice(0, largestBatch)).length > 0;) {
      const [first, ...others] = next as [Creation, ...Creation[]];
      if (others.length > 0 && this.takesBatches)
        await this.together(first, others);
      else await this.alone(next);
    }
    this.isRunning = false;
  }

  private async alone(creations: readonly Creation[]): Promise<void> {
    await Promise.all(
      creations.map(({ domain, patience, done, fail }) =>
        this.sender.one(domain, patience).then(done, fail),
      ),
    );
  }

  private async together(
    first: Creation,
    others: readonly Creation[],
  ): Promise<void> {
    const creations = [first, ...others];
    const patience = new SharedPatience(first.patience);
    for (const other of others) patience.join(other.patience);
    let made: ReadonlySet<unknown>;
    try {
      const domains = creations.map(({ domain }) => domain);
      const answered = await this.sender.several(domains, patience);
      made = new Set(answered.map(nameOf));
    } catch (error) {
      this.takesBatches = false;
      if (!(error instanceof VendorError && error.details.uncertain))
        return this.alone(creations);
      for (const { fail } of creations) fail(error);
      return;
    }
    for (const { domain, done, fail } of creations)
      if (made.has(nameOf(domain))) done();
      else
        fail(
          new VendorError(
            "unreadable",
            `Cloudflare answered a batch of domains without ${String(domain["domain"])}`,
            { uncertain: true, advice: "Run pulumi up again." },
          ),
        );
  }
}

const nameOf = ({ domain }: Domain): string => String(domain).toLowerCase();
