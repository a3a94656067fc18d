import { createSecretKey, randomBytes } from "node:crypto";
import { sign, verify, type JwtPayload } from "jsonwebtoken";

/** What an access token says. */
export interface TokenClaims {
  /** The service that it is for. */
  aud: string;
  /** The tenant's GUID. */
  tid: string;
  /** The application's id. */
  appid: string;
  /** The application permissions for that service. */
  roles: string[];
  /** Its number since the simulator started, for the log. */
  serial: number;
}

/** Issues access tokens that look like Entra's and reads them back; a token of another run is not its own. */
export class TokenIssuer {
  // A key object: of plain bytes it is tried with every token whether they are a public key.
  readonly #key = createSecretKey(randomBytes(32));
  #issued = 0;

  /** Issues a token. */
  issue(claims: Omit<TokenClaims, "serial">, lifetimeSeconds: number): string {
    this.#issued += 1;
    return sign(
      {
        ...claims,
        app_displayname: "simulated",
        idtyp: "app",
        iss: `https://sts.windows.net/${claims.tid}/`,
        oid: claims.appid,
        sub: claims.appid,
        uti: String(this.#issued),
        ver: "1.0",
      },
      this.#key,
      { algorithm: "HS256", expiresIn: lifetimeSeconds },
    );
  }

  /** The claims of a token; undefined when it is not ours, was changed, or has run out. */
  read(token: string): TokenClaims | undefined {
    try {
      const { aud, tid, appid, roles, uti } = verify(token, this.#key, {
        algorithms: ["HS256"],
      }) as JwtPayload & Record<string, unknown>;
      return {
        aud: String(aud),
        tid: String(tid),
        appid: String(appid),
        roles: roles as string[],
        serial: Number(uti),
      };
    } catch {
      return undefined;
    }
  }
}
