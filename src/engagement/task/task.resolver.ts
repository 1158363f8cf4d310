// Tasks at the API: members see theirs, the operator's server assigns some.
import { Arg, Ctx, createUnionType, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { toGlobalId, ZERO_ID } from '../../kernel/id';
import { isRefusal, refuse } from '../../kernel/refusal';
import { MemberType } from '../../members/member.type';
import { MemberView } from '../../members/member.view';
import type { Catalogue } from '../../program/catalogue';
import type { CatalogueTask } from '../../program/catalogue-engagement';
import type { RequestContext } from '../../request/context';
import { OncePerRequest } from '../../request/once';
import { Allow } from '../../request/policy';
import { RefusalType, toRefusalType } from '../../request/shared.type';
import { READERS } from '../reward/reward.type';
import { toRewardType } from '../reward/reward.view';
import type { TaskService, TaskStanding } from './task.service';
import { AssignedTasksType, AssignTaskRequest, MemberTaskType, type TaskType } from './task.type';

const ASSIGNMENTS_A_CALL = 1_000;

const AssignTasksResult = createUnionType({
  name: 'AssignTasksResult',
  types: () => [AssignedTasksType, RefusalType] as const,
});

@Resolver(() => MemberType)
export class TaskResolver {
  constructor(private readonly service: TaskService) {}

  @Allow(READERS)
  @FieldResolver(() => [MemberTaskType], { description: 'Tasks for everybody, and what was assigned of late.' })
  async tasks(@Root() member: MemberView): Promise<MemberTaskType[]> {
    const standings = await this.service.tasksOf(member.standing);
    return standings.map((standing) => toMemberTask(standing, member.standing.catalogue));
  }

  @OncePerRequest()
  @Allow('SERVER')
  @Mutation(() => AssignTasksResult, {
    description: `Opens tasks for members: at most ${ASSIGNMENTS_A_CALL}, each by itself. Once in a request.`,
  })
  async assignTasks(
    @Arg('assignments', () => [AssignTaskRequest]) requests: AssignTaskRequest[],
    @Ctx() context: RequestContext,
  ): Promise<object> {
    if (requests.length === 0 || requests.length > ASSIGNMENTS_A_CALL) {
      const message = `assignments has ${requests.length} entries; allowed are 1 to ${ASSIGNMENTS_A_CALL}.`;
      return toRefusalType(refuse('INVALID_INPUT', message, 'assignments'));
    }
    const inputs = requests.map(({ assignedAt, ...rest }) => ({ ...rest, assignedAt: assignedAt?.getTime() }));
    const outcomes = await this.service.assign(context.actor!, inputs);
    const results = outcomes.map((outcome, at) => {
      const { member, task } = inputs[at]!;
      if (isRefusal(outcome)) return { member, task, assignment: null, refusal: toRefusalType(outcome) };
      return { member, task, assignment: outcome.assignment, refusal: null };
    });
    const refused = results.filter(({ refusal }) => refusal).length;
    return { __typename: 'AssignedTasks', assigned: results.length - refused, refused, results };
  }
}

function toMemberTask(standing: TaskStanding, catalogue: Catalogue): MemberTaskType {
  const { task, assignment, progress, target, state, completedAt, resetsAt, endsAt } = standing;
  return {
    task: toTaskType(task, catalogue),
    assignment: assignment === ZERO_ID ? null : assignment,
    progress,
    target,
    state,
    completedAt: dateOrNull(completedAt),
    resetsAt: dateOrNull(resetsAt),
    endsAt: dateOrNull(endsAt),
  };
}

function toTaskType(task: CatalogueTask, catalogue: Catalogue): TaskType {
  const { id, code, name, description = null, kind, count, reward } = task;
  const shown = reward ? toRewardType(reward, catalogue) : null;
  return { id: toGlobalId('task', id), code, name, description, kind, counts: count, reward: shown };
}

function dateOrNull(instant: number | undefined): Date | null {
  return instant === undefined ? null : new Date(instant);
}
