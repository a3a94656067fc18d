// Describes the requests to the simulated vendors.

/** Reads a simulator's log. `next()` returns what was added since its last call. */
export function vendorRequests(simulator) {
  const names = new Map();
  return {
    /** @returns {{requests: number, writes: {verb: string, name: string}[]}} `writes`: one for each object of a write */
    next() {
      const entries = simulator.log.splice(0);
      // Requests name objects by their ids. Keeps the names of objects that may be deleted later.
      for (const { Guid, Name } of [
        ...simulator.tenant.transportRules,
        ...simulator.tenant.inboundConnectors,
      ])
        names.set(Guid, Name);
      for (const { id, domain } of simulator.account.domains)
        names.set(id, domain);
      return {
        requests: entries.length,
        writes: entries.filter(({ write }) => write).flatMap(inWords),
      };
    },
  };

  function inWords({ vendor, cmdlet, parameters, method, body, path }) {
    const nameOf = (id) => names.get(id) ?? String(id);
    if (vendor === "exchange")
      return [
        {
          verb: cmdlet,
          name: nameOf(
            // The organisation's settings have no name.
            parameters.Name ?? parameters.Identity ?? simulator.tenant.name,
          ),
        },
      ];
    // Domains that are created at the same time share a request.
    return (body?.posts ?? [body]).map((domain) => ({
      verb: `${method} domain (Cloudflare)`,
      name: domain?.domain ?? nameOf(path.split("/").at(-1)),
    }));
  }
}
