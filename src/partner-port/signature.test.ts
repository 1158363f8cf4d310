// Signatures: they match the library's own check, and each way of being wrong is told apart.
import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { newSigningSecret, SIGNATURE_TOLERANCE_MS, signatureFault, signatureHeaders } from './signature';

const NOW = 1_790_000_000_000;
const BODY = '{"type":"redemption.issued"}';

describe('signatures', () => {
  const [secret, next] = [newSigningSecret(), newSigningSecret()];
  const headers = signatureHeaders([secret], { id: 'msg_1', sentAt: NOW, body: BODY });

  test('are the ones of the specification', () => {
    expect(headers['webhook-signature']).toBe(new Webhook(secret).sign('msg_1', new Date(NOW), BODY));
  });

  test('pass under any of the secrets, whichever side changes first', () => {
    const both = signatureHeaders([secret, next], { id: 'msg_1', sentAt: NOW, body: BODY });
    expect(signatureFault([next, secret], headers, BODY, NOW)).toBeUndefined();
    expect(signatureFault([next], both, BODY, NOW)).toBeUndefined();
  });

  test.each([
    ['another body', headers, `${BODY} `, NOW, 'WRONG'],
    ['another id', { ...headers, 'webhook-id': 'msg_2' }, BODY, NOW, 'WRONG'],
    ['an old message', headers, BODY, NOW + SIGNATURE_TOLERANCE_MS + 1, 'TOO_OLD'],
    ['a message from the future', headers, BODY, NOW - SIGNATURE_TOLERANCE_MS - 1, 'TOO_NEW'],
    ['no id', { ...headers, 'webhook-id': undefined }, BODY, NOW, 'MISSING'],
    ['a timestamp that is none', { ...headers, 'webhook-timestamp': '1e9' }, BODY, NOW, 'MALFORMED'],
    ['a header given twice', { ...headers, 'webhook-id': ['a', 'b'] }, BODY, NOW, 'MALFORMED'],
    ['no signature of version 1', { ...headers, 'webhook-signature': 'v2,AAAA' }, BODY, NOW, 'WRONG'],
  ] as const)('refuse %s', (_what, given, body, now, fault) => {
    expect(signatureFault([secret], given as Record<string, string>, body, now)).toBe(fault);
  });

  test('refuse another secret', () => {
    expect(signatureFault([next], headers, BODY, NOW)).toBe('WRONG');
  });
});
