/** Whether nobody can read along on the way to a host, because there is no way. */

/** By what it is called: a name that only begins like one of ours may be anybody's. */
export const isThisMachine = (host: string): boolean =>
  /^(localhost|127(\.\d+){3}|::1|\[::1\])$/.test(host);
