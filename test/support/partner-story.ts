// What tests do with partners through the API alone: they register, are reviewed, get keys, and ask with them.
import { type Answer, operationText, type TestGateway, type Who } from './gateway';
import { fresh } from './gateway-story';

export const BD: Who = { role: 'BD', subject: 'beatrice' };

export interface RegisteredAnswer {
  readonly __typename: 'PartnerRegistration';
  readonly claimSecret: string;
  readonly application: { readonly id: string; readonly code: string; readonly state: string };
}

export interface KeyAnswer {
  readonly __typename: 'NewPartnerCredential';
  readonly key: string;
  readonly credential: {
    readonly id: string;
    readonly prefix: string;
    readonly scopes: readonly string[];
    readonly state: string;
    readonly endsAt: string;
  };
}

export interface Refused {
  readonly __typename: 'Refusal';
  readonly refusal: string;
  readonly message: string;
  readonly field: string | null;
}

/** A manifest of the standard protocol. */
export function standardManifest(baseUrl: string, changes: object = {}): string {
  const operations = ['availability', 'issue', 'status', 'cancel'];
  const manifest = { slug: 'brand', name: 'Brand', kind: 'STANDARD', baseUrl, signingSecret: 'signing', operations };
  return JSON.stringify({ ...manifest, ...changes });
}

export class PartnerStory {
  constructor(readonly gateway: TestGateway) {}

  /** Without a token. */
  async register(changes: object = {}): Promise<RegisteredAnswer | Refused> {
    const code = fresh('brand').toLowerCase();
    const input = { code, name: `The ${code}`, contact: `hello@${code}.example`, ...changes };
    const { body } = await this.gateway.ask<{ registerPartner: RegisteredAnswer | Refused }>(
      undefined,
      operationText('register-partner'),
      { input },
    );
    if (!body.data) throw new Error(`registerPartner failed: ${JSON.stringify(body)}`);
    return body.data.registerPartner;
  }

  async registered(changes: object = {}): Promise<RegisteredAnswer> {
    const answer = await this.register(changes);
    if (answer.__typename === 'Refusal') throw new Error(`registerPartner was refused: ${answer.message}`);
    return answer;
  }

  review<Field = Record<string, unknown>>(partner: string, decision: string, reason = ''): Promise<Field> {
    return this.gateway.run<Field>(BD, 'review-partner', { input: { partner, decision, reason } });
  }

  /** A partner that registered itself and was approved. */
  async approved(changes: object = {}): Promise<{ readonly id: string; readonly code: string }> {
    const { application } = await this.registered(changes);
    await this.review(application.id, 'APPROVE');
    return application;
  }

  createKey(partner: string, scopes: readonly string[], changes: object = {}): Promise<KeyAnswer> {
    const input = { partner, label: 'of the test', scopes, ...changes };
    return this.gateway.run<KeyAnswer>(BD, 'create-credential', { input });
  }

  /** Asks with a key of a partner. */
  ask<Data = Record<string, unknown>>(key: string, query: string, variables?: object): Promise<Answer<Data>> {
    return this.gateway.post<Data>(JSON.stringify({ query, variables }), { authorization: `Bearer ${key}` });
  }

  /** Runs an operation of `schema/operations` with a key, and answers its one field. */
  async run<Field>(key: string, operation: string, variables?: object): Promise<Field> {
    const { body } = await this.ask<Record<string, Field>>(key, operationText(operation), variables);
    if (body.errors || !body.data) throw new Error(`${operation} failed: ${JSON.stringify(body)}`);
    return Object.values(body.data)[0] as Field;
  }

  async statusOf(key: string): Promise<number> {
    return (await this.ask(key, '{ myPartner { code } }')).status;
  }
}
