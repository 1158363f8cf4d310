// One HTTP request to a partner, as connectors make them; who sends it guards the address, the time and the size.
import type { UnknownCause } from './connector';

export interface PartnerRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface PartnerReply {
  readonly kind: 'REPLY';
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bounded in size by the transport, and checked to be UTF-8. */
  readonly body: string;
}

export interface NoReply {
  readonly kind: 'NO_REPLY';
  readonly cause: UnknownCause;
  /** For logs; holds no secret. */
  readonly message: string;
}

/** Never throws and follows no redirect: a 3xx is a reply like any other. */
export interface PartnerTransport {
  send(request: PartnerRequest): Promise<PartnerReply | NoReply>;
}
