// The checks of the contract suite that look at the wire of the standard protocol: signatures, content types, sizes.

import { unknown } from './connector';
import type { Check } from './contract-checks';
import { type Finding, failed, missed, passed } from './contract-finding';
import type { RawRequest, Scene, Signing } from './contract-scene';
import type { NoReply, PartnerReply } from './transport';

/** As the protocol says. */
const ANSWER_BYTES_MAX = 262_144;

export const WIRE_CHECKS: readonly Check[] = [
  { name: 'wrong secret', standardOnly: true, run: (scene) => unsigned(scene, 'WRONG_SECRET') },
  { name: 'changed body', standardOnly: true, run: (scene) => unsigned(scene, 'OTHER_BODY') },
  { name: 'old signature', standardOnly: true, run: (scene) => unsigned(scene, 'TOO_OLD') },
  { name: 'no signature', standardOnly: true, run: (scene) => unsigned(scene, 'MISSING') },
  { name: 'malformed request', standardOnly: true, run: malformed },
  { name: 'content type and size', standardOnly: true, run: contentType },
];

function availabilityRequest(scene: Scene, signing: Signing): RawRequest {
  const body = JSON.stringify({ type: 'availability', offerRefs: [scene.options.offerRef] });
  return { path: '/availability', body, signing };
}

/** Both a POST and a GET must be refused. */
async function unsigned(scene: Scene, signing: Signing): Promise<Finding> {
  const { redemptionId } = scene.request();
  const requests = [availabilityRequest(scene, signing), { path: `/redemptions/${redemptionId}`, signing }];
  for (const request of requests) {
    const method = 'body' in request ? 'POST' : 'GET';
    const reply = await scene.raw(request);
    if (reply.kind === 'NO_REPLY') return noAnswer(reply, '401');
    if (reply.status !== 401 && reply.status !== 403) {
      return failed(
        `${method} ${request.path} was answered with ${reply.status}, 401 expected`,
        'Check the signature and timestamp of every request before all else, and answer 401 when they do not fit.',
      );
    }
  }
  return passed('refused with 401');
}

async function malformed(scene: Scene): Promise<Finding> {
  for (const body of ['{"type":"issue"', '{"type":"issue"}', '[]']) {
    const reply = await scene.raw({ path: '/redemptions', body, signing: 'RIGHT' });
    if (reply.kind === 'NO_REPLY') return noAnswer(reply, '400');
    if (reply.status !== 400 && reply.status !== 422) {
      return failed(
        `POST /redemptions with ${body} was answered with ${reply.status}, 400 expected`,
        'Check each request against the schema of the protocol, and answer 400 when it does not fit.',
      );
    }
  }
  return passed('refused with 400');
}

async function contentType(scene: Scene): Promise<Finding> {
  const reply = await scene.raw(availabilityRequest(scene, 'RIGHT'));
  if (reply.kind === 'NO_REPLY') return noAnswer(reply, 'JSON');
  const type = reply.headers['content-type'] ?? 'nothing';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    return failed(`the content type is ${type}`, 'Answer everything with content-type: application/json.');
  }
  const size = Buffer.byteLength(reply.body);
  if (size > ANSWER_BYTES_MAX) return failed(`${size} bytes`, `Keep each answer within ${ANSWER_BYTES_MAX} bytes.`);
  return passed(`${type}, ${size} bytes`);
}

function noAnswer(reply: Exclude<NoReply | PartnerReply, PartnerReply>, wanted: string): Finding {
  return missed(unknown(reply.cause, reply.message), wanted, '');
}
