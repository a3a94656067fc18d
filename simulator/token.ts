import { createSecretKey, randomBytes } from "node:crypto";
import { sign, verify, type JwtPayload } from "jsonwebtoken";

/** The claims of an access token. */
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

/** Issues and verifies access tokens in Entra's format. A token of another run is not valid. */
export class TokenIssuer {
  // A key object, because for plain bytes each verification would first try to parse them as a public key.
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

  /** Returns the claims of a token, or undefined if the simulator did not issue it, or it was changed or has expired. */
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
