// What was asked of the simulated vendors, in words.

/** Follows a simulator's log. The answer to `next()` is what has come since the last time. */
export function vendorRequests(simulator) {
  const names = new Map();
  return {
    /** @returns {{requests: number, writes: {verb: string, name: string}[]}} */
    next() {
      const entries = simulator.log.splice(0);
      // Requests name objects by their ids; those that are gone by now are known from before.
      for (const { Guid, Name } of simulator.tenant.transportRules)
        names.set(Guid, Name);
      for (const { id, domain } of simulator.account.domains)
        names.set(id, domain);
      return {
        requests: entries.length,
        writes: entries.filter(({ write }) => write).map(inWords),
      };
    },
  };

  function inWords({ vendor, cmdlet, parameters, method, body, path }) {
    const nameOf = (id) => names.get(id) ?? String(id);
    return vendor === "exchange"
      ? { verb: cmdlet, name: nameOf(parameters.Name ?? parameters.Identity) }
      : {
          verb: `${method} domain (Cloudflare)`,
          name: body?.domain ?? nameOf(path.split("/").at(-1)),
        };
  }
}
