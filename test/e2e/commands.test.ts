// The command line: help everywhere, one clear line on failure, JSON for programs; and what commands do to the data.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import libsql from 'libsql';
import { commandLine } from '../../src/commands/program-line';
import { gatewayEnvironment, NOON, TestGateway } from '../support/gateway';
import { contentsOf } from '../support/gateway-contents';
import { type Ended, lastJson, perkgate, perkgateInside } from '../support/gateway-process';
import { offer, plan, programText } from '../support/gateway-program';
import { expectBooksInOrder, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';

const folder = mkdtempSync(join(tmpdir(), 'perkgate-commands-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

interface Leaf {
  readonly path: string;
  readonly command: Command;
}

function everyCommand(command: Command, above: readonly string[] = []): Leaf[] {
  return command.commands.flatMap((inner) => {
    const path = [...above, inner.name()];
    return [{ path: path.join(' '), command: inner }, ...everyCommand(inner, path)];
  });
}

const COMMANDS = everyCommand(commandLine());
const LEAVES = COMMANDS.filter(({ command }) => command.commands.length === 0);

/** What it must look like when a command fails. */
function expectFailure({ code, stdout, stderr }: Ended, message: RegExp): void {
  expect(code).toBe(1);
  expect(stderr).toMatch(/^perkgate: [^\n]+\n$/);
  expect(stderr).toMatch(message);
  expect(lastJson(stdout)).toMatchObject({ ok: false, error: expect.stringMatching(message) });
}

describe('every command', () => {
  test.each(COMMANDS)('$path says in --help what it does and takes', ({ path, command }) => {
    const help = command.helpInformation();
    expect(help).toMatch(new RegExp(`^Usage: perkgate ${path} `));
    expect(help).toContain('--help');
    expect(command.description()).toMatch(/^[a-z].{15,}[^.]$/);
    for (const option of command.options) expect([option.flags, option.description]).not.toContain('');
  });

  test.each(LEAVES)('$path takes --json', ({ command }) => {
    expect(command.options.map(({ long }) => long)).toContain('--json');
  });

  test('prints its help to standard output and succeeds; as a process it exits as it should', async () => {
    const [root, leaf] = [await perkgate(['--help']), await perkgateInside(['program', 'apply', '--help'])];
    expectFailure(await perkgate(['migrate', '--json'], { PORT: 'eighty' }), /PORT is "eighty"/);
    expectFailure(await perkgate(['token', '--json']), /required option/);
    expect([root.code, leaf.code, root.stderr + leaf.stderr]).toEqual([0, 0, '']);
    for (const { path } of COMMANDS.filter(({ path }) => !path.includes(' ')))
      expect(root.stdout).toContain(`  ${path}`);
    expect(leaf.stdout).toContain('--json');
  });

  test.each(['--version', '-V'])('%s prints the version of the package', async (flag) => {
    const { version } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8'));
    expect(await perkgateInside([flag])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each<[string[], RegExp]>([
    [['nonsense'], /unknown command 'nonsense'/],
    [['program'], /a command is missing|unknown option '--json'/],
    [['program', 'apply'], /missing required argument 'file'/],
    [['token', '--role', 'member'], /required option '--subject <id>'/],
    [['ledger', 'verify', '--bogus'], /unknown option '--bogus'/],
    [['token', '--role', 'root', '--subject', 'x'], /--role is "root"; allowed are member, /],
    [['token', '--role', 'member', '--subject', 'x', '--hours', '1.5'], /--hours is "1.5"/],
    [['campaign', 'preview', 'nothing'], /There is no campaign nothing; there are none/],
    [['help', 'nonsense'], /unknown command 'nonsense'/],
    [['token', '--role', 'member', '--subject', ''], /--subject is ""; allowed are 1 to 128 characters/],
    [['statement', 'show', 'a', 'first'], /the number is "first"; allowed is a whole number from 1 to /],
    [['ledger', 'explain', '--member', 'a', '--limit', 'x'], /--limit is "x"; allowed is a whole number from 1 to /],
    [['program', 'plan', folder, '--members', '1.5'], /--members is "1.5"; allowed is a whole number from 1 to /],
  ])('%j fails with one line and one JSON object', async (args, message) => {
    // A database of its own: the one of the checkout may hold the demo, or whatever its owner tried.
    const environment = { DATABASE_URL: `sqlite:${join(folder, 'nobodys.db')}` };
    expectFailure(await perkgateInside([...args, '--json'], environment), message);
  });

  const feed = ['--partner', 'a', '--from', '2026-11-01', '--before', '2026-12-01', '--name', 'a'];
  test.each<[string[], string]>([
    [['program', 'plan', 'FILE'], 'read'],
    [['program', 'apply', 'FILE'], 'read'],
    [['codes', 'load', 'FILE', '--offer', 'a'], 'read'],
    [['partner', 'verify', 'FILE'], 'read'],
    [['statement', 'verify', 'FILE'], 'read'],
    [['reconcile', 'load', 'FILE', ...feed, '--how', file('how.json', '{"columns":{"code":"a"}}')], 'read'],
    [['reconcile', 'load', file('feed.csv', 'a\n1\n'), ...feed, '--how', 'FILE'], 'read'],
    [['simulate', 'growth', 'FILE'], 'read'],
    [['simulate', 'growth', 'jd-plus', '--profiles', 'FILE'], 'read'],
    [['simulate', 'growth', 'jd-plus', '--members', '10', '--chart', 'FILE.svg'], 'written'],
  ])('%j: a file that is not there, and a folder in its place, are told by name', async (args, done) => {
    const environment = { DATABASE_URL: `sqlite:${join(folder, 'nobodys.db')}` };
    mkdirSync(join(folder, 'folder.svg'), { recursive: true });
    const places = [
      [join(folder, 'nowhere', 'file'), 'there is no such '],
      [join(folder, 'folder'), 'it is a folder'],
    ];
    mkdirSync(places[1]![0]!, { recursive: true });
    for (const [place, why] of places) {
      const given = args.map((word) => word.replace(/^FILE/, place!));
      const path = given.find((word) => word.startsWith(place!));
      const message = new RegExp(`^(perkgate: )?The file ${path} cannot be ${done}: ${why}`);
      expectFailure(await perkgateInside([...given, '--json'], environment), message);
    }
  });

  const away = { DATABASE_URL: 'mysql://perkgate:secret@127.0.0.1:1/perkgate', PERKGATE_MODE: 'demo' };
  test.each<[string, Record<string, string>, RegExp]>([
    [
      'a limit that there is not',
      { LIMIT_REQUEST: '9' },
      /LIMIT_REQUEST is "9" \(allowed: nothing; .*LIMIT_BODY_BYTES/,
    ],
    ['a faulty port', { PORT: 'eighty' }, /PORT is "eighty" \(allowed: a whole number from 0 to 65535\)/],
    ['two faults', { PORT: '-1', HOST: '', LOG_LEVEL: 'loud' }, /PORT is "-1" .*; LOG_LEVEL is "loud"|LOG_LEVEL.*PORT/],
    ['a database that is away', away, /The database mysql:\/\/perkgate:\*\*\*@127.0.0.1:1\/perkgate cannot be opened/],
  ])('serve and migrate do not start with %s, and say so', async (_what, environment, message) => {
    for (const command of ['serve', 'migrate']) {
      const ended = await perkgateInside([command, '--json'], environment);
      expectFailure(ended, message);
      expect(ended.stdout + ended.stderr).not.toContain('secret');
    }
  });

  const PLAN = file('no-database.yaml', 'name: A\ncurrency: CNY\ntimeZone: UTC\nlevels: []\n');
  const ID = '0198000000007000800000000000000a';
  const ON_A_DATABASE = [
    ['serve'],
    ['migrate'],
    ['codes', 'load', PLAN, '--offer', 'x'],
    ['program', 'plan', PLAN],
    ['program', 'apply', PLAN],
    ['program', 'export'],
    ['campaign', 'preview', 'x'],
    ['ledger', 'verify'],
    ['ledger', 'explain', '--member', 'x'],
    ['audit', 'verify'],
    ['insight', 'show'],
    ['insight', 'verify'],
    ['statement', 'issue', 'x'],
    ['statement', 'list'],
    ['statement', 'show', 'x', '1'],
    ['reconcile', 'run', `feed_${ID}`],
    ['reconcile', 'show', `reconciliation_${ID}`],
    ['export', 'redemptions', join(folder, 'none.csv')],
    ['export', 'list', 'members', join(folder, 'none.csv')],
  ];
  const STRANGE = file('strange.db', 'This is text, and no database at all.\n'.repeat(300));
  const OTHERS = join(folder, 'others.db');
  test.each<[string, string, RegExp]>([
    ['a folder in its place', `sqlite:${folder}`, /The database sqlite:\S+ cannot be opened: a folder stands there/],
    ['a place for no files', 'sqlite:/proc/nothing/x.db', /The database sqlite:\S+ cannot be opened: \w+: .*'\/proc/],
    ['a file for a folder', `sqlite:${STRANGE}/x.db`, /cannot be opened: \S+strange.db is no folder/],
    ['a file of another kind', `sqlite:${STRANGE}`, /strange.db cannot be opened: file is not a database/],
    [
      'tables of another program',
      `sqlite:${OTHERS}`,
      /others.db cannot be brought up to date: .*member already exists/,
    ],
    [
      'a server that is away',
      'mysql://u:sec@ret@127.0.0.1:1/x?p=ret',
      /mysql:\/\/u:\*\*\*@127.0.0.1:1\/x cannot be opened/,
    ],
  ])('with a database that is none, %s, every command says so in one line', async (_what, url, message) => {
    const others = new libsql(OTHERS);
    others.exec('CREATE TABLE IF NOT EXISTS member (name TEXT)');
    others.close();
    for (const command of ON_A_DATABASE) {
      const ended = await perkgateInside([...command, '--json'], gatewayEnvironment(url));
      expectFailure(ended, message);
      expect([command, ended.stdout.trimEnd().split('\n').length]).toEqual([command, 1]);
      expect(ended.stdout + ended.stderr).not.toContain('ret@');
    }
  });

  test('token is for demo mode only', async () => {
    const production = {
      PERKGATE_MODE: 'production',
      JWT_ISSUER: 'https://issuer.example',
      JWKS_URL: 'https://issuer.example/jwks',
      CODE_KEY: Buffer.alloc(32).toString('base64'),
    };
    const ended = await perkgateInside(['token', '--role', 'admin', '--subject', 'eve', '--json'], production);
    expectFailure(ended, /demo mode only/);
  });
});

eachDatabase((lane) => {
  const run = (...args: string[]) => perkgateInside([...args, '--json'], gatewayEnvironment(lane.url));
  const program = programText({
    plans: [plan('plus')],
    offers: [offer('ticket', { fulfilment: 'CODE_POOL', card: 'NONE', unitCost: 0 })],
  });

  test('migrate finds nothing to do on a migrated database', async () => {
    const { code, stdout } = await run('migrate');
    expect([code, lastJson(stdout)]).toEqual([0, { ok: true, migrations: [] }]);
  });

  test('a program is planned, applied and exported; of a faulty one every fault is told with its place', async () => {
    const good = file('good.yaml', program);
    expect(lastJson((await run('program', 'plan', good)).stdout)).toMatchObject({ ok: true });
    const applied = await run('program', 'apply', good);
    expect([applied.code, lastJson(applied.stdout).ok]).toEqual([0, true]);
    const before = await contentsOf(lane.database);

    const exported = lastJson((await run('program', 'export')).stdout);
    const again = await run('program', 'apply', file('again.yaml', String(exported.text)));
    expect(lastJson(again.stdout)).toEqual({ ok: true, version: exported.version, changes: [] });

    const faulty = file('faulty.yaml', 'name: A\ncurrency: cny\ntimeZone: Mars\nlevels: [1, {code: B b}]\n');
    const broken = file('broken.yaml', 'name: [1, 2\n  : }');
    const binary = file('binary.yaml', Buffer.from([0xff, 0xfe, 0x00, 0x80]));
    for (const [path, least] of [
      [faulty, 4],
      [broken, 1],
      [binary, 1],
    ] as const) {
      for (const command of ['plan', 'apply']) {
        const { code, stdout } = await run('program', command, path);
        const { ok, faults } = lastJson(stdout) as { ok: boolean; faults: { line: number; column: number }[] };
        expect([code, ok, faults.length >= least]).toEqual([1, false, true]);
        expect(faults.every(({ line, column }) => line > 0 && column > 0)).toBe(true);
      }
    }
    const spoken = await perkgateInside(['program', 'apply', faulty], gatewayEnvironment(lane.url));
    expect(spoken.stdout).toMatch(/faulty\.yaml:2:11: currency: given "cny"[\s\S]*\d+ faults; nothing was changed\n$/);
    expect(await contentsOf(lane.database)).toEqual(before);
  });

  test('codes with blank, double, endless and broken lines are counted; the same file again adds nothing', async () => {
    const path = file('program.yaml', program);
    await run('program', 'apply', path);
    const good = Array.from({ length: 2_000 }, (_, at) => `CODE-${String(at).padStart(5, '0')}`);
    const text = ['', ...good, '   ', 'CODE-00007', 'x'.repeat(10_000), 'CODE-LAST', '', 'CODE-00007'].join('\r\n');
    const codes = file('codes.txt', Buffer.concat([Buffer.from(text), Buffer.from([0x0a, 0xff, 0xfe, 0x0a])]));
    const first = lastJson((await run('codes', 'load', codes, '--offer', 'ticket')).stdout);
    expect(first).toMatchObject({ ok: true, lines: 2_008, added: 2_001, duplicates: 2, blank: 3, faulty: 2 });
    const second = lastJson((await run('codes', 'load', codes, '--offer', 'ticket')).stdout);
    expect(second).toMatchObject({ ok: true, lines: 2_008, added: 2_001 });
    expectFailure(await run('codes', 'load', codes, '--offer', 'plus'), /There is no offer "plus" with a code pool/);

    const gateway = await TestGateway.start({ url: lane.url });
    gateway.clock.set(NOON);
    const story = new Story(gateway);
    expect(await gateway.run({ role: 'ADMIN', subject: 'ada' }, 'offers')).toMatchObject([{ stockLeft: 2_001 }]);
    expect((await story.claim(await story.member(), 'ticket')).couponCode).toMatch(/^CODE-/);
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  test('a file of codes in which every line is faulty fails in one line, each time it is given', async () => {
    await run('program', 'apply', file('program.yaml', program));
    const codes = file('no-codes.txt', `\n${'x'.repeat(200)}\n${'y'.repeat(200)}\n\n`);
    const refused = /No code of \S+no-codes\.txt was taken: 2 lines are faulty; line 2: longer than 128 characters/;
    expectFailure(await run('codes', 'load', codes, '--offer', 'ticket'), refused);
    expectFailure(await run('codes', 'load', codes, '--offer', 'ticket'), refused);
    const spoken = await perkgateInside(['codes', 'load', codes, '--offer', 'ticket'], gatewayEnvironment(lane.url));
    expect([spoken.code, spoken.stdout]).toEqual([1, '']);
    // One good line among them is taken, and the others are told.
    const mixed = file('mixed.txt', `${'x'.repeat(200)}\nGOOD-ONE\n`);
    const taken = await perkgateInside(['codes', 'load', mixed, '--offer', 'ticket'], gatewayEnvironment(lane.url));
    expect([taken.code, taken.stdout]).toEqual([0, expect.stringMatching(/1 codes added.* 1 faulty\n {2}line 1: /)]);
  });

  test('the ledger is verified and explained; who is asked for and not there is named', async () => {
    const gateway = await TestGateway.start({ url: lane.url, program });
    const story = new Story(gateway);
    const who = await story.member();
    await story.give(who, 'POINTS', 12);
    await gateway.stop();
    expect(lastJson((await run('ledger', 'verify')).stdout)).toMatchObject({ ok: true, clean: true });
    const listed = lastJson((await run('ledger', 'explain', '--member', who.subject)).stdout);
    const { accounts } = listed as { accounts: { key: string; creditsPosted: number }[] };
    expect(accounts).toMatchObject([{ creditsPosted: 12 }]);
    const explained = await run('ledger', 'explain', '--account', accounts[0]!.key);
    expect([explained.code, JSON.stringify(lastJson(explained.stdout))]).toEqual([0, expect.stringMatching(/12/)]);
    expectFailure(await run('ledger', 'explain', '--member', 'nobody'), /There is no member nobody/);
    expectFailure(await run('ledger', 'explain', '--account', 'abc'), /--account is no account key/);
    const none = accounts[0]!.key.replace(/^./, 'f');
    expectFailure(await run('ledger', 'explain', '--account', none), /There is no account f\w+; --member lists them/);
    expectFailure(await run('ledger', 'explain'), /Give --member or --account/);
  });

  test('serve does not start on a port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const ended = await perkgateInside(['serve', '--json'], { ...gatewayEnvironment(lane.url), PORT: String(port) });
    taken.close();
    expectFailure(ended, new RegExp(`Cannot listen on HOST 127.0.0.1, PORT ${port}: .*; set another PORT`));
  });
});
