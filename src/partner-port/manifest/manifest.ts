// What a connector's manifest says, once it was read and checked; `manifest-file.ts` reads it.
import type { DeclineReason, Operation } from '../connector';

export interface Limits {
  /** Milliseconds to a connection. */
  readonly connectMs: number;
  /** Milliseconds to the end of the answer. */
  readonly totalMs: number;
  /** How many calls run at once. */
  readonly concurrency: number;
}

interface Named {
  readonly slug: string;
  readonly name: string;
  readonly limits: Limits;
}

export interface StandardManifest extends Named {
  readonly kind: 'STANDARD';
  readonly baseUrl: string;
  /** The name of a secret. */
  readonly signingSecret: string;
  readonly operations: readonly Operation[];
}

export interface ModuleManifest extends Named {
  readonly kind: 'MODULE';
  /** A folder in `partners/`. */
  readonly module: string;
  readonly baseUrl?: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: readonly string[];
}

/** Any JSON value; a text that begins with `=` is a JSONata expression. */
export type TemplateSource = unknown;
export type TemplateSources = Readonly<Record<string, TemplateSource>>;

export interface SecretRef {
  readonly secret: string;
  readonly prefix?: string;
}
export type TextOrSecret = string | SecretRef;

export type Auth =
  | { readonly kind: 'NONE' }
  | { readonly kind: 'HEADERS'; readonly headers: Readonly<Record<string, TextOrSecret>> }
  | { readonly kind: 'BASIC'; readonly username: TextOrSecret; readonly password: SecretRef }
  | ClientCredentialsAuth
  | HmacAuth
  | LoginAuth;

export interface ClientCredentialsAuth {
  readonly kind: 'CLIENT_CREDENTIALS';
  readonly tokenUrl: string;
  readonly clientId: TextOrSecret;
  readonly clientSecret: SecretRef;
  readonly credentialsIn: 'HEADER' | 'BODY';
  readonly scope?: string;
  readonly audience?: string;
}

export interface HmacAuth {
  readonly kind: 'HMAC';
  readonly secret: string;
  readonly algorithm: 'sha256' | 'sha384' | 'sha512' | 'sha1';
  readonly encoding: 'hex' | 'base64' | 'base64url';
  readonly timestamp: 'SECONDS' | 'MILLISECONDS' | 'ISO';
  readonly message: TemplateSource;
  readonly headers: TemplateSources;
}

export interface LoginAuth {
  readonly kind: 'LOGIN';
  readonly document: string;
  readonly variables: Readonly<Record<string, TextOrSecret>>;
  readonly token: { readonly header?: string; readonly value?: string };
  readonly sendAs: { readonly header: string; readonly prefix: string };
  readonly lifetimeSeconds: number;
  readonly expiredWhen?: string;
}

export interface ErrorRule {
  /** Numbers, or classes such as `4xx`; every status when absent. */
  readonly status?: readonly (number | string)[];
  readonly test?: string;
  readonly means: 'DECLINED' | 'ABSENT' | 'PENDING' | 'UNKNOWN' | 'ANSWER';
  readonly reason?: DeclineReason;
  readonly message?: TemplateSource;
}

interface RequestSource {
  /** Sent only when this is true. */
  readonly when?: string;
}

export interface HttpRequestSource extends RequestSource {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query: TemplateSources;
  readonly headers: TemplateSources;
  readonly body?: TemplateSource;
  readonly bodyFormat: 'JSON' | 'FORM';
}

export interface GraphqlRequestSource extends RequestSource {
  readonly document: string;
  readonly variables: TemplateSources;
}

export type Pagination =
  | { readonly kind: 'NONE' | 'LINK' }
  | { readonly kind: 'CURSOR'; readonly next: string }
  | { readonly kind: 'PAGE'; readonly first: number; readonly more: string };

export interface OperationSource<Request> {
  readonly requests: readonly Request[];
  readonly answer: string | TemplateSources;
  readonly errors: readonly ErrorRule[];
  /** Of `availability` only. */
  readonly perOffer?: boolean;
  /** Of `catalogue` only. */
  readonly pagination?: Pagination;
}

interface Declarative<Request> extends Named {
  readonly baseUrl: string;
  readonly auth: Auth;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly headers: TemplateSources;
  readonly idempotency: { readonly honoured: boolean; readonly header?: string };
  /** How the gateway learns that a coupon was used. */
  readonly uses: 'ASKED' | 'TOLD';
  readonly errors: readonly ErrorRule[];
  readonly operations: Readonly<Partial<Record<Operation, OperationSource<Request>>>>;
}

export interface HttpManifest extends Declarative<HttpRequestSource> {
  readonly kind: 'HTTP';
}

export interface GraphqlManifest extends Declarative<GraphqlRequestSource> {
  readonly kind: 'GRAPHQL';
}

export type DeclarativeManifest = HttpManifest | GraphqlManifest;
export type Manifest = StandardManifest | ModuleManifest | DeclarativeManifest;

/** Secrets by name, in the clear; they live in memory only. */
export type Secrets = ReadonlyMap<string, string>;

/** The names of the secrets that the manifest needs, each once, in the order of the manifest. */
export function secretsOf(manifest: Manifest): readonly string[] {
  if (manifest.kind === 'STANDARD') return [manifest.signingSecret];
  if (manifest.kind === 'MODULE') return manifest.secrets;
  const { auth } = manifest;
  const names = [...(auth.kind === 'HMAC' ? [auth.secret] : []), ...Object.values(auth).flatMap(secretsIn)];
  return [...new Set(names)];
}

function secretsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('secret' in value && typeof value.secret === 'string') return [value.secret];
  return Object.values(value).flatMap(secretsIn);
}

/** Whether `issue` and `cancel` of one redemption may be sent again when nobody knows whether they arrived. */
export function repeatsSafely(manifest: Manifest): boolean {
  if (manifest.kind === 'STANDARD') return true;
  return manifest.kind !== 'MODULE' && manifest.idempotency.honoured;
}
