/** Returns whether a host is 127.0.0.0/8, [::1] or localhost: requests to it never leave the machine. */
export const isLoopback = (hostname: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
