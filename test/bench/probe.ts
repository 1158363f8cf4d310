// Loaded ahead of each measured process (`node -r`): tells its CPU time and records its profile when asked.
import { type Profiler, Session } from 'node:inspector';
import { answerVerbs } from './answers';

const SAMPLE_MICROSECONDS = 500;
let session: Session | undefined;

function post<Result = void>(method: string, parameters?: object): Promise<Result> {
  return new Promise((resolve, reject) => {
    session!.post(method, parameters, (error, result) => (error ? reject(error) : resolve(result as Result)));
  });
}

answerVerbs({
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
  memory: () => process.memoryUsage().rss,
  profileStart: async () => {
    session = new Session();
    session.connect();
    await post('Profiler.enable');
    await post('Profiler.setSamplingInterval', { interval: SAMPLE_MICROSECONDS });
    await post('Profiler.start');
  },
  profileStop: async () => {
    const { profile } = await post<{ profile: Profiler.Profile }>('Profiler.stop');
    session!.disconnect();
    return profile;
  },
});
// The bench's channel alone must not keep the process alive, else a server would not end when it is told to.
process.channel?.unref();
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
