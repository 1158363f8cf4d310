// Which roles and scopes may name a field: declared beside it with `@Allow` and `@NeedsScope`, read from extensions.
import { Extensions } from 'type-graphql';
import { type PartnerScope, ROLES, type Role, STAFF_ROLES } from '../kernel/actor';

/** A role, or a request without a token. */
export type Visitor = Role | 'ANONYMOUS';

/** No token is needed. */
export const ANYONE: readonly Visitor[] = ['ANONYMOUS', ...ROLES];
/** Any token that is valid. */
export const SIGNED_IN: readonly Visitor[] = ROLES;
export const STAFF: readonly Visitor[] = STAFF_ROLES;
export const MEMBERS: readonly Visitor[] = ['MEMBER'];

const KEY_PREFIX = 'perkgate.allow.';
let declarations = 0;

/**
 * Says who may name a field, a query, a mutation or an argument (as a field of an args or input type). On a class it
 * is the default for the fields of the type that carry none of their own. `@Allow(MEMBERS, 'SERVER', STAFF)`.
 *
 * Several declarations that meet on one field (a base class and its heir, a field and its resolver) narrow each other:
 * only who is named by all of them passes. So each is stored under a key of its own, because extensions that share a
 * key overwrite each other, in an order that nobody should have to know.
 */
export function Allow(
  ...who: ReadonlyArray<Visitor | readonly Visitor[]>
): MethodDecorator & PropertyDecorator & ClassDecorator {
  declarations += 1;
  return Extensions({ [`${KEY_PREFIX}${declarations}`]: who.flat() }) as MethodDecorator &
    PropertyDecorator &
    ClassDecorator;
}

/** Who the declarations in these extensions agree on; `undefined` when there are none. */
export function allowedBy(extensions: Readonly<Record<string, unknown>> | undefined): ReadonlySet<Visitor> | undefined {
  if (!extensions) return undefined;
  const lists = Object.keys(extensions)
    .filter((key) => key.startsWith(KEY_PREFIX))
    .map((key) => extensions[key] as readonly Visitor[]);
  const [first, ...others] = lists;
  return first && new Set(first.filter((visitor) => others.every((list) => list.includes(visitor))));
}

const SCOPE_KEY = 'perkgate.scope';
/** For fields that any key of a partner may name, such as who it is. */
export const NO_SCOPE = 'NO_SCOPE';

/** What a partner's key must have been made for to name the field. Each root field that partners may name says it. */
export function NeedsScope(
  scope: PartnerScope | typeof NO_SCOPE,
): MethodDecorator & PropertyDecorator & ClassDecorator {
  return Extensions({ [SCOPE_KEY]: scope }) as MethodDecorator & PropertyDecorator & ClassDecorator;
}

/** `undefined` when nobody declared one. */
export function scopeOf(
  extensions: Readonly<Record<string, unknown>> | undefined,
): PartnerScope | typeof NO_SCOPE | undefined {
  return extensions?.[SCOPE_KEY] as PartnerScope | typeof NO_SCOPE | undefined;
}
