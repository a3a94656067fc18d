// Describes the requests to the simulated vendors.

/** Reads a simulator's log. `next()` returns what was added since its last call. */
export function vendorRequests(simulator) {
  const names = new Map();
  return {
    /** @returns {{requests: number, writes: {verb: string, name: string}[]}} */
    next() {
      const entries = simulator.log.splice(0);
      // Requests name objects by their ids. Keeps the names of objects that may be deleted later.
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
