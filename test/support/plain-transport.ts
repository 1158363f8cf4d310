// A transport without guards, for tests that speak with servers of their own on loopback.
import { request } from 'node:http';
import type { NoReply, PartnerReply, PartnerRequest, PartnerTransport } from '../../src/partner-port/transport';

export const plainTransport: PartnerTransport = { send };

function send({ method, url, headers, body, signal }: PartnerRequest): Promise<PartnerReply | NoReply> {
  return new Promise((resolve) => {
    const fail = ({ message, code }: NodeJS.ErrnoException) => {
      const cause = signal.aborted ? 'TIMED_OUT' : code === 'ECONNREFUSED' ? 'UNREACHABLE' : 'BROKEN_OFF';
      resolve({ kind: 'NO_REPLY', cause, message });
    };
    const asked = request(url, { method, headers, signal }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', fail);
      answer.on('end', () => {
        const flat = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ kind: 'REPLY', status: answer.statusCode ?? 0, headers: Object.fromEntries(flat), body: text });
      });
    });
    asked.on('error', fail);
    asked.end(body);
  });
}
