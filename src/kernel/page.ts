// Keyset pagination: opaque cursors that carry the sort key of the last row seen.

export const PAGE_MAX = 100;

export interface PageInput {
  /** 1 to 100. */
  readonly first: number;
  readonly after?: string;
}

export interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly hasNextPage: boolean;
}

/** Cursors are scoped: one made for a list of coupons is refused by a list of perks. */
export function encodeCursor(scope: string, key: string): string {
  return Buffer.from(`${scope}:${key}`).toString('base64url');
}

/** The sort key inside the cursor, or `undefined` when it was not made for this scope. */
export function decodeCursor(scope: string, cursor: string): string | undefined {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  return text.startsWith(`${scope}:`) ? text.slice(scope.length + 1) : undefined;
}
