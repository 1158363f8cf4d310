// The one error of tokens and keys that are not accepted.

/** The token is not accepted. `reason` is for the log; a caller learns only that it was not accepted. */
export class TokenRefusedError extends Error {
  override readonly name = 'TokenRefusedError';
  constructor(readonly reason: string) {
    super(`token refused: ${reason}`);
  }
}
