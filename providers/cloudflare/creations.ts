import { VendorError } from "../errors";
import { SharedPatience, type Patience } from "../http/patience";

/** A domain as Cloudflare sends it; every field may be absent (documented). */
export type Domain = Readonly<Record<string, unknown>>;

/** Most domains that one batch makes (documented). */
const largestBatch = 1000;

/** How domains are made at Cloudflare. */
export interface Sender {
  one(domain: Domain, patience: Patience): Promise<void>;
  /** @returns the domains that the answer names as made. */
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
 * Domains of one account that are to be made: those of one moment, and those that come while a request is under way, go together in
 * the next. Whether a batch is all or nothing is not documented, so that one that fails decides nothing: each of its domains is sent
 * again alone, so that the error is its own, or looked up first where the batch may have been carried out. From then on all go alone.
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
